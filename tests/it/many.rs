//! Fifty at once: no update is lost, and nobody waits for ever.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::support::{Lab, Server, box_file};

const MANY: usize = 50;

/// Longer than any of these commands takes on a slow machine, and shorter than for ever.
const LIMIT: Duration = Duration::from_secs(120);

/// Waits for all; the outputs are in the order of the runs.
fn all(runs: Vec<Child>) -> Vec<std::process::Output> {
    let end = Instant::now() + LIMIT;
    let mut runs = runs;
    while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) {
        if Instant::now() > end {
            for run in &mut runs {
                let _ = run.kill();
            }
            panic!("some wait for ever");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = runs.into_iter().map(|run| run.wait_with_output().unwrap());
    ended.collect()
}

fn text(output: &std::process::Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// What the index says, as the name of the lab's folder of each machine.
fn listed(lab: &Lab) -> Vec<String> {
    let text = lab
        .rove(&["global-status", "--machine-readable"])
        .succeeds();
    let homes = text
        .lines()
        .filter_map(|line| line.split_once(",machine-home,"));
    let mut homes: Vec<String> = homes
        .map(|(_, home)| home.rsplit('/').next().unwrap_or(home).to_owned())
        .collect();
    homes.sort();
    homes
}

/// Writes a machine that is there and whose record is damaged: `repair` names it in the
/// index, `destroy` removes it, and no hypervisor has a part in either.
fn made(lab: &Lab, folder: &str, machine: &str, number: usize) {
    let dir = format!("{folder}.rove/machines/{machine}/qemu");
    let id = format!("{number:032x}");
    lab.write(&format!("{dir}/id"), &id);
    lab.write(&format!("{dir}/index_uuid"), &id);
    lab.write(&format!("{dir}/machine.json"), "{");
}

#[test]
fn labs_that_change_the_index_at_once_are_all_in_it() {
    let lab = Lab::new();
    let mut folders = Vec::new();
    for number in 0..MANY {
        let folder = format!("lab{number:02}");
        lab.write(
            &format!("{folder}/Vagrantfile"),
            "Vagrant.configure('2') { |c| c.vm.box = 'org/box' }\n",
        );
        made(&lab, &format!("{folder}/"), "default", number + 1);
        folders.push(folder);
    }
    let start = |command: &[&str]| {
        let runs = folders.iter().map(|folder| lab.start_in(folder, command));
        all(runs.collect())
    };
    for output in start(&["repair"]) {
        let said = text(&output);
        assert!(said.contains("is in the index"), "{said}");
    }
    assert_eq!(listed(&lab), folders);
    for output in start(&["destroy", "-f"]) {
        assert!(output.status.success(), "{}", text(&output));
    }
    assert_eq!(listed(&lab), Vec::<String>::new());
}

#[test]
fn commands_in_one_lab_take_their_turn() {
    let machines: Vec<String> = (0..10).map(|number| format!("m{number}")).collect();
    let lab = Lab::with(&format!(
        "Vagrant.configure('2') do |c|\n  c.vm.box = 'org/box'\n  {machines:?}.each {{ |m| c.vm.define m }}\nend\n"
    ));
    for (number, machine) in machines.iter().enumerate() {
        made(&lab, "", machine, number + 1);
    }
    assert_eq!(lab.rove(&["repair"]).code, Some(1));
    let mut runs = Vec::new();
    for number in 0..MANY {
        let machine = machines[number % machines.len()].as_str();
        runs.push(match number % 5 {
            0 => lab.start_in("", &["status"]),
            1 => lab.start_in("", &["global-status"]),
            2 => lab.start_in("", &["validate"]),
            3 => lab.start_in("", &["status", "--json", machine]),
            _ => lab.start_in("", &["destroy", "-f", machine]),
        });
    }
    for output in all(runs) {
        // A machine that another command has in hand is refused, as by Vagrant.
        let said = text(&output);
        let fits = output.status.success() || said.contains("in use by another rove (pid ");
        assert!(fits, "{said}");
    }
    // Every fifth run destroyed a machine: those whose number ends in 4 or 9.
    let left = listed(&lab).len();
    assert_eq!(left, 8);
    let status = lab.rove(&["status"]).succeeds();
    assert_eq!(status.matches("not created").count(), 2, "{status}");
}

#[test]
fn a_box_that_all_want_is_fetched_once() {
    let server = Server::start();
    let content = box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", "x"),
    ]);
    server.file("/x.box", content);
    let url = server.url("/x.box");
    server.catalog(
        "org/x",
        &format!(
            r#"{{"name":"org/x","versions":[{{"version":"1.0","providers":[{{"name":"libvirt","url":"{url}"}}]}}]}}"#
        ),
    );
    let mut lab = Lab::new();
    lab.set("VAGRANT_SERVER_URL", server.root());
    let runs = (0..MANY).map(|_| lab.start_in("", &["box", "add", "org/x"]));
    let outputs = all(runs.collect());
    let added = outputs.iter().filter(|output| output.status.success());
    assert!(added.count() >= 1);
    for output in &outputs {
        let fits = output.status.success() || text(output).contains("is already there");
        assert!(fits, "{}", text(output));
    }
    assert_eq!(server.requests("/x.box").len(), 1);
    lab.rove(&["box", "verify"]).succeeds();
}
