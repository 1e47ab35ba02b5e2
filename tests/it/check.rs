//! `rove check`: what will become of a lab's boxes.

use crate::support::{Fault, Lab, Server, box_file};

fn publish(server: &Server) {
    let boxed = box_file(&[
        ("metadata.json", r#"{"provider":"libvirt"}"#),
        ("box.img", "disk"),
    ]);
    server.file("/1.box", boxed);
    let catalog = format!(
        r#"{{"name":"org/box","versions":[{{"version":"1.0","providers":[{{"name":"libvirt","url":"{}"}}]}}]}}"#,
        server.url("/1.box")
    );
    server.catalog("org/box", &catalog);
}

#[test]
fn every_box_is_looked_for_everywhere() {
    let server = Server::start();
    publish(&server);
    let mut lab = Lab::with(
        "Vagrant.configure('2') do |c|
  c.vm.box = 'org/box'
  c.vm.define 'web'
  c.vm.define 'db'
end
",
    );
    lab.set("VAGRANT_SERVER_URL", server.root());
    insta::assert_snapshot!(lab.rove(&["check"]), @"
    $ rove check
    org/box (web, db)
      http://127.0.0.1:[PORT] (VAGRANT_SERVER_URL) has 1.0
      not locked; not in the store
      => whatever is published under its version is taken
         rove lock
    => 2
    ");
    assert_eq!(server.bytes("/1.box"), 1, "nothing is fetched");
    lab.rove(&["lock"]).succeeds();
    lab.rove(&["box", "mirror", "--to", "mirror"]).succeeds();
    lab.set("ROVE_SOURCES", "mirror");
    insta::assert_snapshot!(lab.rove(&["check"]), @"
    $ rove check
    org/box (web, db)
      http://127.0.0.1:[PORT]/1.box (Vagrantfile.lock) has 1.0
      mirror (ROVE_SOURCES) has 1.0
      http://127.0.0.1:[PORT] (VAGRANT_SERVER_URL) has 1.0
      locked to 1.0; 1.0 is in the store
      => safe
    Every box is locked, and somewhere that stays.
    => 0
    ");
    // The server goes; the copy stays.
    for path in ["/1.box", "/org/box", "/api/v2/vagrant/org/box"] {
        server.always(path, Fault::Status(410));
    }
    let json = lab.rove(&["check", "--json"]);
    assert_eq!(json.code, Some(0), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["ok"], true);
    let found = &value["boxes"][0];
    assert_eq!(
        (&found["outlook"], &found["machines"][1]),
        (&"safe".into(), &"db".into())
    );
    let has = |index: usize| found["places"][index]["version"].is_string();
    assert_eq!((has(0), has(1), has(2)), (false, true, false), "{value}");
    // Then the copy goes, and what is in the store is all there is.
    lab.set("ROVE_SOURCES", "");
    insta::assert_snapshot!(lab.rove(&["check"]), @"
    $ rove check
    org/box (web, db)
      http://127.0.0.1:[PORT]/1.box (Vagrantfile.lock) does not have it: there is nothing at http://127.0.0.1:[PORT]/1.box (410)
      http://127.0.0.1:[PORT] (VAGRANT_SERVER_URL) does not have it: the box `org/box` is not on http://127.0.0.1:[PORT]
      locked to 1.0; 1.0 is in the store
      => nowhere but on this computer
         rove box mirror --installed org/box --to FOLDER
    => 2
    ");
    lab.rove(&["box", "remove", "org/box", "--force"])
        .succeeds();
    let gone = lab.rove(&["check"]);
    assert_eq!(gone.code, Some(2), "{gone}");
    assert!(gone.stdout.contains("=> nowhere\n"), "{gone}");
}
