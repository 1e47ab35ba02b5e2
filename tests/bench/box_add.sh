#!/bin/sh
# `rove box add` of a large gzip box from loopback, against `curl | bsdtar -x` and a separate
# `sha256sum` of the same file. Aims: faster than the two together, at most 1.15 times the slower one;
# peak memory below 64 MB. rove verifies, keeps the download for a resume and syncs; the others do not.
# Where Debian's `vagrant` is installed, it adds the same box from the same address in every round too. Aims: at
# most half its time and half its processor time.
#
# SIZE_MB  bytes of the disk in the box (1600)     RUNS  rounds (5)
# PREFIX   put before each command: `chrt -r 1` (as root) keeps a busy machine's other work out
set -eu
SIZE_MB=${SIZE_MB:-1600}
RUNS=${RUNS:-5}
PREFIX=${PREFIX:-}
work=$(mktemp -d /tmp/rove-bench.XXXXXX)
server=
cleanup() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT INT TERM
mkdir "$work/src" "$work/www"
# Real files compress as a real disk does.
tar -c /usr/lib /usr/share /usr/bin 2>/dev/null | head -c "${SIZE_MB}M" >"$work/src/box.img"
echo '{"provider":"libvirt","format":"raw","virtual_size":2}' >"$work/src/metadata.json"
tar -C "$work/src" -c metadata.json box.img | gzip -6 >"$work/www/big.box"
sum=$(sha256sum "$work/www/big.box" | cut -d' ' -f1)
$PREFIX python3 -c '
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
handler.func.log_message = lambda *_: None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
open(sys.argv[2], "w").write(str(server.server_port))
server.serve_forever()' "$work/www" "$work/port" &
server=$!
while [ ! -s "$work/port" ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat "$work/port")
cat >"$work/www/catalog.json" <<J
{"name": "bench/big", "versions": [{"version": "1", "providers": [
 {"name": "libvirt", "url": "$url/big.box", "checksum_type": "sha256", "checksum": "$sum"}]}]}
J
export ROVE_HOME="$work/home"
timed() {
	name=$1
	shift
	$PREFIX /usr/bin/time -a -o "$work/$name" -f '%e %U %S %M' "$@" >/dev/null
}
i=0
while [ $i -lt "$RUNS" ]; do
	rm -rf "$work/out" "$work/home"
	mkdir "$work/out"
	timed bsdtar sh -c "curl -s $url/big.box | bsdtar -x -C $work/out"
	rm -rf "$work/out"
	timed sha256sum sha256sum "$work/www/big.box"
	timed rove "$ROVE" box add "$url/catalog.json"
	if command -v vagrant >/dev/null; then
		rm -rf "$work/vagrant.d"
		export VAGRANT_HOME="$work/vagrant.d" VAGRANT_CHECKPOINT_DISABLE=1
		timed vagrant vagrant box add "$url/catalog.json"
		rm -rf "$work/vagrant.d"
	fi
	i=$((i + 1))
done
cmp "$work/src/box.img" "$(find "$work/home/boxes" -name box.img)"
ls -l "$work/www/big.box" | awk '{printf "box: %d MB gzip\n", $5 / 1000000}'
python3 - "$work" <<'P'
import os, statistics, sys
def rows(name):
    return [[float(word) for word in line.split()] for line in open(f"{sys.argv[1]}/{name}")]
wall, used = {}, {}
for name in ("bsdtar", "sha256sum", "rove", "vagrant"):
    if not os.path.exists(f"{sys.argv[1]}/{name}"):
        continue
    table = rows(name)
    wall[name] = statistics.median(row[0] for row in table)
    cpu = used[name] = statistics.median(row[1] + row[2] for row in table)
    print(f"{name:10} wall {wall[name]:.2f} s, cpu {cpu:.2f} s, peak {max(row[3] for row in table) / 1024:.0f} MiB   {[row[0] for row in table]}")
print(f"ratio to the slower one: {wall['rove'] / max(wall['bsdtar'], wall['sha256sum']):.2f}")
print(f"ratio to the sum: {wall['rove'] / (wall['bsdtar'] + wall['sha256sum']):.2f}")
if "vagrant" in wall:
    print(f"ratio to vagrant: wall {wall['rove'] / wall['vagrant']:.2f}, cpu {used['rove'] / used['vagrant']:.2f}")
P
