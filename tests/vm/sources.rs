//! A lab outlives the server that its box came from.

use crate::http::Server;
use crate::support::{boxes, lab::Lab};

#[test]
fn a_lab_comes_up_from_a_mirror_when_its_server_is_gone() {
    let server = Server::start();
    server.file_on_disk("/tiny.box", boxes().join("tiny.box"));
    let url = server.url("/tiny.box");
    server.catalog(
        "course/tiny",
        &format!(
            r#"{{"name":"course/tiny","versions":[{{"version":"1.0.0","providers":[{{"name":"libvirt","url":"{url}"}}]}}]}}"#
        ),
    );
    let mut lab = Lab::empty();
    std::fs::write(
        lab.dir().join("Vagrantfile"),
        "Vagrant.configure('2') do |config|
  config.vm.box = 'course/tiny'
  config.vm.synced_folder '.', '/vagrant', disabled: true
  config.vm.provider('qemu') { |q| q.cpus = 1; q.memory = 128 }
end
",
    )
    .unwrap();
    let set = |lab: &mut Lab, url: &str| {
        lab.variables = vec![("VAGRANT_SERVER_URL".to_owned(), url.to_owned())];
    };
    set(&mut lab, &server.root());
    lab.rove(&["up"]);
    lab.rove(&["box", "mirror", "--to", "boxes"]);
    lab.rove(&["destroy", "-f"]);
    lab.rove(&["box", "remove", "course/tiny"]);
    drop(server);
    set(&mut lab, "http://127.0.0.1:9");
    let output = lab.try_rove(&["up"]);
    assert!(!output.status.success());
    std::fs::create_dir_all(lab.dir().join(".rove")).unwrap();
    let sources = lab.dir().join(".rove/sources.toml");
    std::fs::write(
        &sources,
        "[[source]]\nplace = 'boxes'\nboxes = ['course/*']\n",
    )
    .unwrap();
    lab.rove(&["up", "--locked"]);
    assert_eq!(lab.rove(&["ssh", "-c", "echo in"]).trim(), "in");
    lab.rove(&["destroy", "-f"]);
    std::fs::remove_file(sources).unwrap();
    lab.nothing_is_left();
}
