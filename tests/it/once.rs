//! What a Vagrantfile prints, and does beside configuring, happens once in a run.

use crate::support::{Lab, Run, box_file};

/// Prints at the top, in each block and at the end, and writes a line per run to
/// a file. The machine's name could be the beginning of an id.
const TELLS: &str = "puts 'seen: file'
File.open('runs', 'a') { |file| file.puts 'run' }
at_exit { puts 'seen: end' }
Vagrant.configure('2') do |config|
  puts 'seen: lab'
  config.vm.box = 'some/box'
  config.vm.define 'ab' do |machine|
    puts 'seen: machine'
  end
end
";

/// Returns a lab whose box has a Vagrantfile, in the store already or else in a
/// file for `up` to fetch.
fn lab(fetched: bool) -> Lab {
    let lab = Lab::new();
    let content = box_file(&[
        (
            "metadata.json",
            r#"{"provider":"libvirt","format":"qcow2","virtual_size":1}"#,
        ),
        (
            "Vagrantfile",
            "Vagrant.configure('2') { |config| config.ssh.username = 'box' }",
        ),
        ("box.img", "no disk"),
    ]);
    lab.write("some.box", content);
    if fetched {
        lab.rove(&["box", "add", "--name", "some/box", "some.box"])
            .succeeds();
        lab.write("Vagrantfile", TELLS);
    } else {
        let url = "  config.vm.box_url = 'some.box'\n  config.vm.define";
        lab.write("Vagrantfile", TELLS.replacen("  config.vm.define", url, 1));
    }
    lab
}

fn counts(run: &Run, lab: &Lab) -> [usize; 5] {
    let seen = |what: &str| run.stdout.matches(&format!("seen: {what}\n")).count();
    let runs = lab.read("runs").lines().count();
    [
        seen("file"),
        seen("lab"),
        seen("machine"),
        seen("end"),
        runs,
    ]
}

#[test]
fn however_often_the_lab_is_looked_at() {
    let commands: &[&[&str]] = &[
        &["validate"],
        &["plan"],
        &["config", "ab"],
        &["status", "ab"],
        &["ssh-config", "ab"],
        &["upload", "Vagrantfile", "ab"],
        &["cap", "provider", "forwarded_ports", "--target", "ab"],
        &["up"],
        &["provision", "ab"],
        &["destroy", "-f"],
        &["snapshot", "list"],
    ];
    for command in commands {
        let lab = lab(true);
        let run = lab.rove(command);
        assert_eq!(counts(&run, &lab), [1; 5], "{run}");
    }
}

#[test]
fn also_when_the_box_is_fetched_on_the_way() {
    let lab = lab(false);
    let run = lab.rove(&["lock"]);
    assert_eq!(counts(&run, &lab), [1; 5], "{run}");
    let listed = lab.rove(&["box", "list"]).succeeds();
    assert!(listed.contains("some/box"), "{listed}");
}
