//! What rove does inside guests, in the two that we build: busybox with
//! dropbear, and Debian with systemd and OpenSSH.

use std::path::Path;
use std::time::Duration;

use rove::communicators::ssh::{Login, Replaced, Ssh, public_line, replace_insecure_key};
use rove::communicators::{Communicator, Stream, reboot, run, run_and_leave};
use rove::config::{Provisioner, Share, Value};
use rove::guests::{Facts, Guest, detect_script, family};
use rove::op::{Content, Op, Script};
use rove::{provision, sync};

use crate::support::{Vm, say, unpack};

/// A guest that answers, and what is known of it.
struct Inside {
    vm: Vm,
    ssh: Ssh,
    facts: Facts,
    folder: tempfile::TempDir,
}

impl Inside {
    fn of(vm: Vm, expected: &str) -> Self {
        vm.up();
        let mut ssh = vm.ssh();
        let mut printed = String::new();
        ssh.exec(&detect_script(), &mut |_, line| {
            printed.push_str(line);
            printed.push('\n');
        })
        .unwrap();
        let guest = family("web", &printed).unwrap();
        assert_eq!(guest.name, expected);
        let folder = tempfile::tempdir().unwrap();
        let facts = Facts {
            machine: "web".to_owned(),
            guest,
            connection: ssh.connection().clone(),
            root: folder.path().to_path_buf(),
            home: None,
            runtime: folder.path().to_path_buf(),
        };
        Self {
            vm,
            ssh,
            facts,
            folder,
        }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn script<T>(&self, pick: impl Fn(&'static Guest) -> Option<T>) -> T {
        self.facts.guest.find(pick).expect("the family has one")
    }

    fn must(&mut self, script: &Script) {
        run(&mut self.ssh, script, "web", "test", &mut |_, _| {}).unwrap();
    }

    fn say(&mut self, command: &str) -> String {
        say(&mut self.ssh, command)
    }

    /// Does ops as rove's loop does them; returns the last script's status and output.
    fn apply(&mut self, ops: Vec<Op>) -> (i32, Vec<String>) {
        let mut last = (0, Vec::new());
        for op in ops {
            match op {
                Op::Guest(script) => {
                    let mut lines = Vec::new();
                    let mut line = |_: Stream, text: &str| lines.push(text.to_owned());
                    let status = self.ssh.exec(&script, &mut line).unwrap();
                    last = (status, lines);
                }
                Op::Upload { content, to, mode } => self.ssh.upload(&content, &to, mode).unwrap(),
                Op::Host(cmd) => {
                    let output = self.vm.host.runner.run(&cmd, None).unwrap();
                    assert!(output.success(), "{}", output.stderr_text());
                }
                Op::Say(..) => {}
                other => panic!("{other:?}"),
            }
        }
        last
    }

    fn hostname_is_set(&mut self) {
        let script = self.script(|guest| guest.set_hostname)("web.lab.example");
        // A second time changes nothing.
        for _ in 0..2 {
            self.must(&script);
        }
        assert_eq!(
            self.say("uname -n; cat /etc/hostname; grep -c web /etc/hosts"),
            "web\nweb\n1"
        );
    }

    fn key_is_replaced(&mut self) {
        let key = self.root().join("private_key");
        let insert = self.script(|guest| guest.insert_key);
        let remove = self.script(|guest| guest.remove_key);
        let replaced = replace_insecure_key(&mut self.ssh, "web", &key, &insert, &remove).unwrap();
        assert_eq!(replaced, Replaced::With(key.clone()));
        let line = public_line(&key).unwrap();
        assert_eq!(self.say("cat ~/.ssh/authorized_keys"), line);
        self.ssh.reset();
        assert_eq!(self.say("id -un"), "vagrant");
        assert_eq!(self.ssh.login(), Some(&Login::Key(key.clone())));
        self.facts.connection.ssh.private_key_paths = vec![key];
    }

    fn folder_is_synced(&mut self) {
        let source = self.root().join("a b");
        std::fs::create_dir_all(source.join(".rove")).unwrap();
        std::fs::write(source.join("one"), "1").unwrap();
        std::fs::write(source.join(".rove/secret"), "s").unwrap();
        let share = Share {
            host_path: "a b".to_owned(),
            guest_path: "/srv/it is".to_owned(),
            ..Share::default()
        };
        let ops = sync::lower("rsync", &share, &self.facts).unwrap();
        self.apply(ops.clone());
        std::fs::rename(source.join("one"), source.join("two")).unwrap();
        self.apply(ops);
        assert_eq!(
            self.say("cd '/srv/it is'; ls -A; stat -c %U:%G two"),
            "two\nvagrant:vagrant"
        );
    }

    fn script_is_run(&mut self) {
        let string = |text: &str| Value::String(text.to_owned());
        let provisioner = Provisioner {
            kind: "shell".to_owned(),
            options: vec![
                (
                    "inline".to_owned(),
                    string("set -e\r\necho $(id -un) \"$1\" $A\r\ncat\r\nexit 7\r\n"),
                ),
                ("args".to_owned(), Value::List(vec![string("it's")])),
                (
                    "env".to_owned(),
                    Value::Map(vec![("A".to_owned(), string("b c"))]),
                ),
            ],
            ..Provisioner::default()
        };
        let ops = provision::lower(&provisioner, &self.facts).unwrap();
        let (status, lines) = self.apply(ops);
        assert_eq!(status, 7);
        assert_eq!(lines, ["root it's b c"]);
    }

    fn files_are_copied(&mut self) {
        let bytes: Vec<u8> = (0..500_000_u32).map(|n| (n % 253) as u8).collect();
        let content = Content::Bytes(bytes.clone());
        self.ssh
            .upload(&content, "~/new/file", Some(0o640))
            .unwrap();
        assert_eq!(self.say("stat -c %a ~/new/file"), "640");
        let back = self.root().join("back");
        self.ssh.download("~/new/file", &back).unwrap();
        assert_eq!(std::fs::read(&back).unwrap(), bytes);
    }

    fn guest_comes_back(&mut self) {
        let before = self.say("cat /proc/sys/kernel/random/boot_id");
        let script = self.script(|guest| guest.reboot)();
        let limit = Duration::from_secs(240);
        reboot(
            &self.vm.host,
            &mut self.ssh,
            &script,
            limit,
            &mut |_| Ok(()),
        )
        .unwrap();
        assert_ne!(self.say("cat /proc/sys/kernel/random/boot_id"), before);
        assert_eq!(self.say("uname -n"), "web");
    }

    fn all(&mut self) {
        self.hostname_is_set();
        self.key_is_replaced();
        self.files_are_copied();
        self.folder_is_synced();
        self.script_is_run();
        self.guest_comes_back();
        let halt = self.script(|guest| guest.halt)();
        assert_eq!(run_and_leave(&mut self.ssh, &halt).unwrap(), 0);
    }
}

#[test]
fn busybox_with_dropbear() {
    Inside::of(Vm::tiny("web"), "alpine").all();
}

#[test]
fn debian_with_systemd() {
    let mut vm = Vm::of("web", |dir| unpack("debian12", dir), "libvirt");
    if let Some(memory) = &mut vm.spec.size.memory_mib {
        memory.value = 512;
    }
    Inside::of(vm, "debian").all();
}
