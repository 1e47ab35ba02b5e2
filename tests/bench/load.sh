#!/bin/sh
# Loading of Vagrantfiles: in process (tests/bench/load.rs), and `rove validate` against
# `vagrant validate` for one of the larger files.
# Aims: median below 2 ms, a file with 60 machines below 20 ms.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cargo bench --manifest-path "$root/Cargo.toml" --bench load --locked --quiet
command -v vagrant >/dev/null || { echo "no vagrant here: ratio not measured"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >Vagrantfile <<'V'
Vagrant.configure("2") do |config|
  config.vm.box = "generic/debian12"
  (1..60).each do |i|
    config.vm.define "node#{i}" do |machine|
      machine.vm.hostname = "node#{i}"
      machine.vm.provider("docker") { |d| d.image = "none" }
      machine.vm.network "forwarded_port", guest: 80, host: 8000 + i
      machine.vm.provision "shell", inline: "echo #{i}"
    end
  end
end
V
mkdir bin
printf '#!/bin/sh\necho "Docker version 20.10.24"\n' >bin/docker
chmod +x bin/docker
export ROVE_HOME="$work/rove-home" VAGRANT_HOME="$work/vagrant-home" VAGRANT_CHECKPOINT_DISABLE=1
export HOME="$work"
hyperfine -N --warmup 3 --runs 30 "$ROVE validate" --export-json rove.json
export VAGRANT_DEFAULT_PROVIDER=docker PATH="$work/bin:$PATH"
hyperfine -N --warmup 1 --runs 5 "vagrant validate" --export-json vagrant.json
python3 - rove.json vagrant.json <<'P'
import json, sys
rove, vagrant = (json.load(open(path))["results"][0]["median"] for path in sys.argv[1:])
print(f"60 machines, validate: rove {rove * 1000:.1f} ms, vagrant {vagrant * 1000:.0f} ms, ratio {vagrant / rove:.0f}")
P
