#!/bin/sh
# From `rove up` to the first command done over SSH, against the same QEMU command line started by a
# shell script that polls SSH. Aim: at most 5 % or 300 ms more (medians of RUNS pairs, taken in turn).
set -eu
RUNS=${RUNS:-5}
work=$(mktemp -d /tmp/rove-bench.XXXXXX)
export ROVE_HOME="$work/home" HOME="$work" XDG_RUNTIME_DIR=""
cleanup() {
	(cd "$work" && "$ROVE" destroy -f >/dev/null 2>&1) || true
	[ ! -f "$work/qemu.pid" ] || kill "$(cat "$work/qemu.pid")" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT INT TERM
cat >"$work/Vagrantfile" <<'V'
Vagrant.configure("2") do |config|
  config.vm.box = "rove/tiny"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.insert_key = false
end
V
cd "$work"
"$ROVE" box add "$ROVE_TEST_BOXES/tiny.json" >/dev/null
# One run to have every cache warm (accelerator probe, box files) and to learn the command line.
"$ROVE" up >/dev/null
record=.rove/machines/default/qemu/machine.json
"$ROVE" ssh-config >"$work/ssh-config"
cp "$record" "$work/started.json"
"$ROVE" halt >/dev/null
python3 - "$work/started.json" >"$work/argv" <<'P'
import json, sys
launch = json.load(open(sys.argv[1]))["run"]["launch"]
argv = [launch["program"], *launch["args"]]
sys.stdout.write("\0".join(argv))
P
# The folder of QEMU's control socket; rove removes it when the machine is off.
runtime=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"]["runtime"])' "$work/started.json")
now() { date +%s%N; }
by_script() {
	mkdir -p "$runtime"
	start=$(now)
	xargs -0 sh -c 'exec "$@" >/dev/null 2>&1 & echo $! > '"$work/qemu.pid" sh <"$work/argv"
	until ssh -F "$work/ssh-config" -o ConnectTimeout=5 default true 2>/dev/null; do
		kill -0 "$(cat "$work/qemu.pid")" || { echo "QEMU has ended" >&2; exit 1; }
		sleep 0.1
	done
	echo $((($(now) - start) / 1000000))
	ssh -F "$work/ssh-config" default 'sudo poweroff' >/dev/null 2>&1 || true
	while kill -0 "$(cat "$work/qemu.pid")" 2>/dev/null; do sleep 0.2; done
	rm -f "$work/qemu.pid"
}
by_rove() {
	start=$(now)
	"$ROVE" up >/dev/null
	"$ROVE" ssh -c true
	echo $((($(now) - start) / 1000000))
	"$ROVE" halt >/dev/null
}
i=0
while [ $i -lt "$RUNS" ]; do
	by_rove >>"$work/rove.ms"
	by_script >>"$work/script.ms"
	i=$((i + 1))
done
python3 - "$work/rove.ms" "$work/script.ms" <<'P'
import statistics, sys
rove, script = ([int(line) for line in open(path)] for path in sys.argv[1:])
a, b = statistics.median(rove), statistics.median(script)
print(f"rove   {rove} ms, median {a:.0f}")
print(f"script {script} ms, median {b:.0f}")
print(f"difference {a - b:.0f} ms, ratio {a / b:.3f}")
P
