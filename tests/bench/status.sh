#!/bin/sh
# `rove status` of a lab with three machines against `vagrant status` of the same lab.
# Aims: at least 100 times faster, wall below 15 ms, peak memory below 25 MB.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/Vagrantfile" <<'V'
Vagrant.configure("2") do |config|
  config.vm.box = "rove/tiny"
  %w[web db cache].each do |name|
    config.vm.define name do |machine|
      machine.vm.hostname = name
      machine.vm.provider("docker") { |d| d.image = "none" }
      machine.vm.provision "shell", inline: "echo #{name}"
    end
  end
end
V
cd "$work"
# Vagrant asks the docker client whether it works before it says anything; with no
# machine made, that is all it asks. A stand-in spares it the daemon, and some time.
mkdir bin
printf '#!/bin/sh\necho "Docker version 20.10.24"\n' >bin/docker
chmod +x bin/docker
export ROVE_HOME="$work/rove-home" VAGRANT_HOME="$work/vagrant-home" VAGRANT_CHECKPOINT_DISABLE=1
export HOME="$work"
rove_status="$ROVE status"
$rove_status
echo "peak memory of rove status: $( { /usr/bin/time -f %M $rove_status >/dev/null; } 2>&1 | tail -n 1) KiB"
hyperfine -N --warmup 3 --runs 50 "$rove_status" --export-json "$work/rove.json"
if command -v vagrant >/dev/null; then
	export VAGRANT_DEFAULT_PROVIDER=docker PATH="$work/bin:$PATH"
	hyperfine -N --warmup 1 --runs 5 "vagrant status" --export-json "$work/vagrant.json"
	python3 - "$work/rove.json" "$work/vagrant.json" <<'P'
import json, sys
rove, vagrant = (json.load(open(path))["results"][0]["median"] for path in sys.argv[1:])
print(f"median: rove {rove * 1000:.1f} ms, vagrant {vagrant * 1000:.0f} ms, ratio {vagrant / rove:.0f}")
P
else
	echo "no vagrant here: ratio not measured"
fi
