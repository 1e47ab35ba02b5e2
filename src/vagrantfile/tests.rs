//! Whole loads: layers, order, providers, diagnostics.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::config::{Origin, ProviderBlock, Severity};
use crate::error::Failure;
use crate::event::Silent;
use crate::host::{Cancel, Dirs, Env, SystemClock, SystemRunner};

/// A lab in a temporary folder.
struct Lab {
    dir: tempfile::TempDir,
    env: Env,
    request: LoadRequest,
}

impl Lab {
    fn new(vagrantfile: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let lab = Self {
            env: Env::of([("HOME", "/nonexistent"), ("PATH", "/usr/bin:/bin")]),
            request: LoadRequest {
                usable: vec!["qemu".to_owned()],
                ..LoadRequest::default()
            },
            dir,
        };
        lab.file("lab/Vagrantfile", vagrantfile);
        lab
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn file(&self, below: &str, text: &str) -> PathBuf {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.set(name, value);
        self
    }

    fn try_load(&self) -> Result<Loaded> {
        let cancel = Cancel::new();
        let host = Host {
            runner: Arc::new(SystemRunner::new(cancel.clone())),
            clock: Arc::new(SystemClock::new(cancel.clone())),
            cancel,
            env: Arc::new(self.env.clone()),
            cwd: self.path("lab"),
            dirs: Dirs::below(self.dir.path()),
            listener: Arc::new(Silent),
        };
        let request = LoadRequest {
            start: self.path("lab"),
            ..self.request.clone()
        };
        load(&host, &request)
    }

    fn load(&self) -> crate::config::Lab {
        self.try_load().unwrap().lab
    }

    fn failure(&self) -> Failure {
        self.try_load().unwrap_err()
    }
}

fn names(lab: &crate::config::Lab) -> Vec<&str> {
    lab.machines
        .iter()
        .map(|machine| machine.name.as_str())
        .collect()
}

/// Returns diagnostics as `severity line: message (hint)`.
fn shown(lab: &crate::config::Lab) -> Vec<String> {
    let show = |one: &crate::config::Diagnostic| {
        let line = one.span.as_ref().map_or(0, crate::source::Span::line);
        let hint = one
            .hint
            .as_ref()
            .map(|hint| format!(" ({hint})"))
            .unwrap_or_default();
        format!("{:?} {line}: {}{hint}", one.severity, one.message)
    };
    lab.diagnostics.iter().map(show).collect()
}

const COURSE: &str = r#"Vagrant.configure("2") do |config|
  config.vm.box = "generic/ubuntu1604"    #仮想イメージ:ubuntu16.04
  config.vm.provider "hyperv" do |h|      #プロバイダ:Hyper-V
    h.cpus = "2"                          #仮想CPU:2
    h.maxmemory="4096"                    #最大メモリ:4096M
    h.enable_virtualization_extensions=true #仮想化支援機能:有効
  end
end
"#;

#[test]
fn the_course_file_has_its_size_on_a_laptop_without_hyperv() {
    let lab = Lab::new(COURSE).load();
    assert_eq!(shown(&lab), Vec::<String>::new());
    assert_eq!(lab.primary.as_deref(), Some("default"));
    let machine = &lab.machines[0];
    assert_eq!(
        (machine.name.as_str(), machine.provider.as_str()),
        ("default", "qemu")
    );
    assert_eq!(machine.providers, ["hyperv"]);
    assert_eq!(
        machine.box_request.as_ref().unwrap().name,
        "generic/ubuntu1604"
    );
    let from = |origin: &Origin| match origin {
        Origin::Block {
            provider,
            setting,
            span,
        } => format!("{provider} {setting} {}", span.as_ref().unwrap().line()),
        Origin::Default => "default".to_owned(),
    };
    let size = &machine.size;
    let cpus = size.cpus.as_ref().unwrap();
    assert_eq!(
        (cpus.value, from(&cpus.origin)),
        (2, "hyperv cpus 4".to_owned())
    );
    let ceiling = size.max_memory_mib.as_ref().unwrap();
    assert_eq!(
        (ceiling.value, from(&ceiling.origin)),
        (4096, "hyperv maxmemory 5".to_owned())
    );
    let nested = size.nested.as_ref().unwrap();
    let origin = "hyperv enable_virtualization_extensions 6".to_owned();
    assert_eq!((nested.value, from(&nested.origin)), (true, origin));
    assert_eq!(size.memory_mib, None);
}

#[test]
fn blocks_run_after_the_file_and_provider_blocks_at_the_end() {
    let lab = Lab::new(
        r##"
Vagrant.configure("2") do |config|
  config.vm.box = BOX
  nodes.each do |name|
    config.vm.define name, primary: name == "b", autostart: name != "c" do |m|
      m.vm.hostname = "#{name}-#{$suffix}"
      m.vm.provider "libvirt" do |v|
        v.memory = MEMORY[name]
      end
    end
  end
  $suffix = "late"
end
BOX = "acme/base"
MEMORY = { "a" => 512, "b" => 1024, "c" => 2048 }
def nodes = %w[a b c]
"##,
    )
    .load();
    assert_eq!(names(&lab), ["a", "b", "c"]);
    assert_eq!(lab.primary.as_deref(), Some("b"));
    let b = &lab.machines[1];
    assert_eq!(b.hostname.as_deref(), Some("b-late"));
    assert_eq!(b.size.memory_mib.as_ref().unwrap().value, 1024);
    assert!(!lab.machines[2].autostart);
}

const LAYERS: &str = r#"
Vagrant.configure("2") do |config|
  config.vm.box = "project"
  config.vm.hostname = "project"
  config.vm.define "web" do |web|
    web.vm.hostname = "machine"
    web.vm.provider "hyperv" do |v, override|
      override.vm.hostname = "not-chosen"
    end
    web.vm.provider "qemu" do |q, override|
      q.memory = "2G"
      override.vm.hostname = "override"
    end
  end
  config.vm.define "db"
end
"#;

#[test]
fn layers_from_the_box_up_to_the_override() {
    let mut lab = Lab::new(LAYERS);
    lab.file(
        "home/Vagrantfile",
        r#"Vagrant.configure("2") { |c| c.vm.box = "home"; c.vm.boot_timeout = 7; c.vm.base_mac = "home" }"#,
    );
    let below = lab.file(
        "box/Vagrantfile",
        r#"Vagrant::Config.run { |c| c.vm.base_mac = "box"; c.vm.guest = :alpine }"#,
    );
    lab.request.box_vagrantfiles.insert("web".to_owned(), below);
    let lab = lab.load();
    let (web, db) = (&lab.machines[0], &lab.machines[1]);
    assert_eq!(web.hostname.as_deref(), Some("override"));
    assert_eq!(db.hostname.as_deref(), Some("project"));
    assert_eq!(web.box_request.as_ref().unwrap().name, "project");
    assert_eq!(web.boot_timeout.as_secs(), 7);
    assert_eq!(web.base_mac.as_deref(), Some("home"));
    assert_eq!(
        (web.guest.as_deref(), db.guest.as_deref()),
        (Some("alpine"), None)
    );
    assert_eq!(web.size.memory_mib.as_ref().unwrap().value, 2048);
}

#[test]
fn the_file_of_a_box_may_only_configure() {
    let mut lab =
        Lab::new(r#"Vagrant.configure("2") { |c| c.vm.box = "x" }"#).env("ROVE_TRUST", "1");
    let marker = lab.path("marker");
    for call in [
        format!("system \"touch {}\"", marker.display()),
        format!("File.write {:?}, \"x\"", marker.display().to_string()),
    ] {
        let text =
            format!("Vagrant.configure(\"2\") {{ |c| c.vm.provider(\"qemu\") {{ |q| {call} }} }}");
        let below = lab.file("box/Vagrantfile", &text);
        lab.request
            .box_vagrantfiles
            .insert("default".to_owned(), below);
        let _ = lab.try_load();
        assert!(!marker.exists(), "{call}");
    }
}

#[test]
fn the_file_of_a_box_gets_no_trust_through_the_project() {
    let mut lab = Lab::new(
        r#"Vagrant.configure("2") { |c| c.vm.box = "x"; c.vm.define("a") { |a| 1.times { puts "x" } } }"#,
    )
    .env("ROVE_TRUST", "1");
    let marker = lab.path("marker");
    let act = format!("`touch {}`", marker.display());
    for text in [
        // Redefines what the project's file uses, or has somebody else call it.
        format!("class Integer; def times; {act}; end; end"),
        format!("module Kernel; def puts(*); {act}; end; end"),
        format!("at_exit {{ {act} }}"),
        format!("eval %q(Vagrant.configure('2') {{ |c| {act} }}), binding, 'Vagrantfile'"),
        format!(
            "Vagrant.configure('2') {{ |c| c.push.define('x', strategy: 'local-exec') {{ |p| {act} }} }}"
        ),
    ] {
        let below = lab.file("box/Vagrantfile", &text);
        lab.request.box_vagrantfiles.insert("a".to_owned(), below);
        let _ = lab.try_load();
        assert!(!marker.exists(), "{text}");
    }
}

#[test]
fn what_the_file_of_a_box_says_of_this_computer_is_left_out() {
    let mut lab = Lab::new(r#"Vagrant.configure("2") { |c| c.vm.box = "x" }"#);
    let below = lab.file(
        "box/Vagrantfile",
        r#"Vagrant.configure("2") do |c|
  c.ssh.username = "box"
  c.ssh.proxy_command = "touch /tmp/x"
  c.ssh.extra_args = ["-o", "ProxyCommand=touch /tmp/x"]
  c.ssh.forward_env = ["HOME"]
  c.vm.synced_folder ".", "/vagrant", type: "rsync", rsync__args: ["--rsh=touch"]
  c.vm.synced_folder "/", "/host"
  c.vm.synced_folder "a/../..", "/above"
  c.vm.synced_folder "~", "/home/me"
  c.vm.synced_folder "./src", "/src"
  c.vm.provision "shell", inline: "echo box"
  c.vm.provision "shell", path: "/etc/passwd"
  c.vm.provision "file", source: "~/.ssh/id_rsa", destination: "x"
  c.vm.disk :disk, name: "mine", file: "/dev/sda"
  c.trigger.before(:up) { |t| t.run = { inline: "touch /tmp/x" } }
  c.vm.provider("qemu") do |q, override|
    q.memory = 700
    q.qemu_bin = "./evil"
    q.extra_qemu_args = ["-hda", "/dev/sda"]
    override.ssh.config = "./evil"
    override.ssh.port = 23
  end
end
"#,
    );
    lab.request
        .box_vagrantfiles
        .insert("default".to_owned(), below);
    let loaded = lab.load();
    let machine = &loaded.machines[0];
    let ssh = &machine.ssh;
    assert_eq!((ssh.username.as_str(), ssh.port), ("box", Some(23)));
    assert_eq!((&ssh.proxy_command, &ssh.config_file), (&None, &None));
    assert!(ssh.extra_args.is_empty() && ssh.forward_env.is_empty());
    let folders: Vec<&str> = machine
        .shares
        .iter()
        .map(|it| it.guest_path.as_str())
        .collect();
    assert_eq!(folders, ["/vagrant", "/src"]);
    assert_eq!(machine.provisioners.len(), 1);
    assert!(machine.disks.is_empty());
    assert_eq!(machine.size.memory_mib.as_ref().unwrap().value, 700);
    let block = &machine.provider_blocks[0];
    for name in ["qemu_bin", "extra_qemu_args"] {
        let value = block.setting(name).map(|setting| &setting.value);
        let value = value.map(crate::config::Value::to_text).unwrap_or_default();
        assert!(
            !value.contains("evil") && !value.contains("hda"),
            "{name} {value}"
        );
    }
    let mut lines: Vec<u32> = loaded
        .diagnostics
        .iter()
        .filter(|it| it.message.contains("is left out"))
        .map(|it| it.span.as_ref().unwrap().line())
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19, 20]);
}

#[test]
fn the_file_of_a_box_reads_its_own_folder_and_the_system() {
    let mut lab = Lab::new(r#"Vagrant.configure("2") { |c| c.vm.box = "x" }"#);
    lab.file(
        "box/more/_Vagrantfile",
        "Vagrant.configure('2') { |c| c.vm.guest = :arch }",
    );
    lab.file("project/secret", "hush");
    let project = lab.path("project/secret");
    let below = lab.file(
        "box/Vagrantfile",
        &format!(
            "load File.expand_path('../more/_Vagrantfile', __FILE__)
             File.read('/etc/hosts')
             begin; File.read({:?}); raise 'read'; rescue Errno::EACCES; end",
            project.display().to_string()
        ),
    );
    lab.request
        .box_vagrantfiles
        .insert("default".to_owned(), below);
    assert_eq!(lab.load().machines[0].guest.as_deref(), Some("arch"));
}

#[test]
fn any_layer_leaves_the_file_of_a_box_out() {
    let mut lab = Lab::new(
        r#"Vagrant.configure("2") { |c| c.vm.box = "x"
             c.vm.define("a") { |a| a.vm.ignore_box_vagrantfile = true } }"#,
    );
    let below = lab.file("box/Vagrantfile", "raise 'read'");
    lab.request.box_vagrantfiles.insert("a".to_owned(), below);
    lab.load();
}

#[test]
fn names_that_do_not_exist_are_shown_together() {
    let lab = Lab::new(
        r#"Vagrant.configure("2") do |config|
  config.vm.box = "x"
  config.vm.hostnmae = "a"
  config.vm.provider "libvirt" do |v|
    v.memroy = 2048
  end
  config.frobnicator.enabled = true
  config.vmm.box = "y"
  config.vm.provision "shel", inline: "true"
  config.vm.network "privat_network", ip: "10.0.0.2"
end
"#,
    )
    .load();
    let mut shown = shown(&lab);
    shown.sort();
    let plugin = "it belongs to a plugin that rove does not know; `if Vagrant.has_plugin?(…)` \
                  around `config.frobnicator` says that it may be missing";
    assert_eq!(
        shown,
        [
            "Error 10: unknown network type `privat_network` (did you mean `private_network`?)".to_owned(),
            "Error 3: unknown setting `hostnmae` in `config.vm` (did you mean `hostname`?)".to_owned(),
            "Error 5: unknown setting `memroy` in a `libvirt` provider block (did you mean `memory`?)".to_owned(),
            "Error 8: unknown section `config.vmm` (did you mean `config.vm`?)".to_owned(),
            "Error 9: unknown provisioner `shel` (did you mean `shell`?)".to_owned(),
            format!("Warning 7: unknown section `config.frobnicator` ({plugin})"),
        ]
    );
    assert!(lab.diagnostics.iter().all(|one| one.machine.is_none()));
    assert!(
        lab.diagnostics
            .iter()
            .any(|one| one.severity == Severity::Warning)
    );
}

#[test]
fn values_that_vagrant_takes_without_a_word_are_told() {
    for (line, wanted) in [
        (
            r#"c.vm.boot_timeout = "abc""#,
            "Error 2: `boot_timeout` must be a number of seconds, and is `abc` (write `config.vm.boot_timeout = 600`)",
        ),
        (r#"c.vm.boot_timeout = "600""#, ""),
        (
            r#"c.vm.network "private_network", ip: "192.168.56.300""#,
            "Error 2: `ip: \"192.168.56.300\"` of a private network is no IP address (an IPv4 address is four numbers from 0 to 255, such as `192.168.56.10`)",
        ),
        (
            r#"c.vm.network "private_network", ip: "fde4:8dba:82e1::c4""#,
            "",
        ),
        (
            r#"c.vm.network "private_network", ip: "10.0.0.2", libvirt__network_name: "x""#,
            "",
        ),
        (
            r#"c.vm.network "forwarded_port", guest: 80, host: 8080, host_ip: "bogus""#,
            "Error 2: `host_ip: \"bogus\"` of a forwarded port is no IP address (an IPv4 address is four numbers from 0 to 255, such as `192.168.56.10`)",
        ),
        (
            r#"c.vm.network "forwarded_port", guest: 80, host: 8080, auto_corect: true"#,
            "Warning 2: unknown option `auto_corect` of a forwarded port (did you mean `auto_correct`?)",
        ),
        (
            r#"c.vm.synced_folder ".", "/src", tpye: "rsync""#,
            "Warning 2: unknown option `tpye` of a synced folder (did you mean `type`?)",
        ),
        (r#"c.vm.synced_folder ".", "/src", some_plugins_own: 1"#, ""),
        (
            r#"c.vm.provision "shell", inline: "true", run: "alway""#,
            "Warning 2: `run: \"alway\"` of a provisioner is unknown: it runs once (did you mean `run: \"always\"`?)",
        ),
        (r#"c.vm.provision "shell", inline: "true", run: :never"#, ""),
        (
            r#"c.vm.define "" "#,
            "Error 2: a machine needs a name: this one is empty",
        ),
    ] {
        let lab = Lab::new(&format!(
            "Vagrant.configure(\"2\") do |c|; c.vm.box = \"a\"\n{line}\nend\n"
        ))
        .load();
        assert_eq!(shown(&lab).join("\n"), wanted, "{line}");
    }
}

#[test]
fn an_unknown_method_ends_the_load_at_its_place() {
    let failure =
        Lab::new("Vagrant.configure(\"2\") do |config|\n  config.vm.box = \"x\".upcsae\nend\n")
            .failure();
    let span = failure.explain().at().unwrap();
    assert_eq!((span.line(), span.text()), (2, "upcsae"));
    assert_eq!(failure.explain().hints(), ["did you mean `upcase`?"]);
    assert_eq!(
        failure.explain().vagrant_class(),
        Some("Vagrant::Errors::VagrantfileNameError")
    );
}

#[test]
fn a_missing_file_says_how_to_begin() {
    let lab = Lab::new("");
    std::fs::remove_file(lab.path("lab/Vagrantfile")).unwrap();
    let failure = lab.failure();
    assert!(
        failure.explain().hints()[0].contains("rove init"),
        "{failure}"
    );
    assert_eq!(
        failure.explain().vagrant_class(),
        Some("Vagrant::Errors::NoEnvironmentError")
    );
}

#[test]
fn the_file_may_choose_the_provider() {
    let text = r#"
ENV["VAGRANT_DEFAULT_PROVIDER"] = "libvirt"
Vagrant.configure("2") do |config|
  config.vm.box = "x"
  config.vm.provider "virtualbox"
end
"#;
    assert_eq!(Lab::new(text).load().machines[0].provider, "libvirt");
    let lab = Lab::new(text).env("ROVE_PROVIDERS", "virtualbox").load();
    assert_eq!(lab.machines[0].provider, "libvirt");
}

#[test]
fn networks_folders_and_provisioners_are_typed() {
    let lab = Lab::new(
        r#"
Vagrant.configure("2") do |config|
  config.vm.box = "x"
  config.vm.network "forwarded_port", guest: "80", host: 8080, auto_correct: true
  config.vm.network :private_network, { ip: "192.168.56.10" }
  config.vm.synced_folder ".", "/srv", type: "rsync", owner: "www-data"
  config.vm.provision "late", type: "shell", inline: "echo late", after: :all
  config.vm.provision "first", type: "shell", inline: "echo 1", run: "always", args: [1, "b"]
  config.vm.provision "shell", path: "https://example.org/x.sh"
end
"#,
    )
    .load();
    assert_eq!(shown(&lab), Vec::<String>::new());
    let machine = &lab.machines[0];
    let ports: Vec<_> = machine
        .networks
        .iter()
        .filter_map(crate::config::Network::forwarded_port)
        .collect();
    assert_eq!(
        (ports[0].guest, ports[0].host, ports[0].auto_correct),
        (80, 8080, true)
    );
    assert_eq!((ports[1].id.as_str(), ports[1].host), ("ssh", 2222));
    let share = &machine.shares[0];
    assert_eq!(machine.shares.len(), 1);
    assert_eq!(
        (share.host_path.as_str(), share.guest_path.as_str()),
        (".", "/srv")
    );
    assert_eq!(
        (share.kind.as_deref(), share.owner.as_deref()),
        (Some("rsync"), Some("www-data"))
    );
    let order: Vec<&str> = machine
        .provisioners
        .iter()
        .map(crate::config::Provisioner::label)
        .collect();
    assert_eq!(order, ["first", "shell", "late"]);
    assert_eq!(machine.provisioners[0].run, crate::config::Run::Always);
    let args = machine.provisioners[0].option("args").unwrap();
    assert_eq!(args.to_text(), "1 b");
}

#[test]
fn what_is_said_to_a_provider_keeps_its_place() {
    let lab = Lab::new(
        r#"Vagrant.configure("2") do |config|
  config.vm.box = "x"
  config.vm.provider "virtualbox" do |v|
    v.memory = 512
    v.customize ["modifyvm", :id, "--nested-hw-virt", "on"]
  end
  config.vm.provider "vmware_desktop" do |v|
    v.vmx["numvcpus"] = "4"
  end
end
"#,
    )
    .load();
    let machine = &lab.machines[0];
    let block = |name: &str| -> &ProviderBlock {
        machine
            .provider_blocks
            .iter()
            .find(|block| block.provider == name)
            .unwrap()
    };
    let memory = block("virtualbox").setting("memory").unwrap();
    assert_eq!(
        (
            memory.span.as_ref().unwrap().line(),
            memory.value.as_number()
        ),
        (4, Some(512))
    );
    let vmx = block("vmware_desktop").setting("vmx").unwrap();
    assert_eq!(vmx.span.as_ref().unwrap().line(), 8);
    assert_eq!(machine.size.cpus.as_ref().unwrap().value, 4);
    assert_eq!(machine.size.memory_mib.as_ref().unwrap().value, 512);
    assert!(machine.size.nested.as_ref().unwrap().value);
}

#[test]
fn the_working_folder_and_the_search_upwards() {
    let lab = Lab::new("Vagrant.configure(\"2\") { |c| c.vm.box = File.read(\"name\").strip }");
    lab.file("lab/name", "from-lab\n");
    let inner = lab.path("lab/deep/er");
    std::fs::create_dir_all(&inner).unwrap();
    let lab = lab.env("VAGRANT_CWD", &inner.to_string_lossy());
    let loaded = lab.try_load().unwrap();
    assert_eq!(loaded.lab.root, lab.path("lab"));
    assert_eq!(
        loaded.lab.machines[0].box_request.as_ref().unwrap().name,
        "from-lab"
    );
    assert!(
        loaded
            .files
            .iter()
            .any(|file| file.ends_with(Path::new("lab/name")))
    );
}

#[test]
fn a_host_name_that_may_not_be_set_is_left_out() {
    for (allowed, wanted) in [("true", Some("web")), ("false", None)] {
        let lab = Lab::new(&format!(
            "Vagrant.configure('2') {{ |c| c.vm.box = 'a'; c.vm.hostname = 'web'; c.vm.allow_hosts_modification = {allowed} }}"
        ))
        .load();
        assert_eq!(lab.machines[0].hostname.as_deref(), wanted);
    }
}

#[test]
fn files_in_the_encodings_of_windows_load() {
    let text = "Vagrant.configure('2') { |c| c.vm.box = 'ü' }\r\n";
    let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
    let encoded: [Vec<u8>; 3] = [
        units().flat_map(u16::to_le_bytes).collect(),
        units().flat_map(u16::to_be_bytes).collect(),
        format!("\u{feff}{text}").into_bytes(),
    ];
    for bytes in encoded {
        let lab = Lab::new("");
        std::fs::write(lab.path("lab/Vagrantfile"), bytes).unwrap();
        let lab = lab.load();
        let request = lab.machines[0].box_request.as_ref().unwrap();
        assert_eq!(request.name, "ü");
    }
}

#[test]
fn slips_of_beginners_come_with_the_right_name() {
    for (line, wanted) in [
        ("confg.vm.box = 'x'", "config"),
        ("vagrant.configure('2') { |c| }", "Vagrant"),
        (
            "Vagrant.configure('2') { |config| configg.vm.box = 'x' }",
            "config",
        ),
        (
            "Vagrant.configure('2') { |c| c.vm.box = \u{201c}x\u{201d} }",
            "\"x\"",
        ),
        ("File.raed('a')", "read"),
    ] {
        let failure = Lab::new(line).failure();
        let hints = failure.explain().hints();
        assert_eq!(hints, [format!("did you mean `{wanted}`?")], "{line}");
    }
    let lab = Lab::new("Vagrant.configure('2') { |c| c.vm.box = 'x'; c.ssh.user = 'me' }").load();
    assert!(shown(&lab)[0].ends_with("(did you mean `username`?)"));
}
