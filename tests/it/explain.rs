//! Where values came from.

use super::support::Lab;

const FILE: &str = r#"Vagrant.configure("2") do |config|
  config.vm.box = "base"
  config.vm.network "forwarded_port", guest: 80, host: 8080, id: "web"
  config.vm.provider "virtualbox" do |v, o|
    v.memory = 1024
    o.vm.hostname = "override"
  end
  config.vm.define "web" do |w|
    w.vm.box = "debian"
    w.vm.hostname = "web"
    w.vm.provider("virtualbox") { |v| v.memory = 2048 }
  end
  config.vm.define "db"
end
"#;

fn lab() -> Lab {
    let mut lab = Lab::with(FILE);
    lab.set("ROVE_PROVIDERS", "virtualbox");
    let home = r#"Vagrant.configure("2") { |c| c.vm.box = "home" }"#;
    std::fs::write(lab.rove_home().join("Vagrantfile"), home).unwrap();
    lab
}

#[test]
fn a_setting_with_everybody_who_said_something() {
    let run = lab().rove(&["explain", "box"]);
    insta::assert_snapshot!(run.stdout, @r#"
    web:
    vm.box = "debian"
        Vagrantfile:9:10 (block of the machine)
        instead of "base", Vagrantfile:2:13
        instead of "home", [ROVE]/Vagrantfile:1:35 (your Vagrantfile for all labs)

    db:
    vm.box = "base"
        Vagrantfile:2:13
        instead of "home", [ROVE]/Vagrantfile:1:35 (your Vagrantfile for all labs)
    "#);
}

#[test]
fn one_machine_an_override_a_default_and_a_section() {
    let lab = lab();
    let run = lab.rove(&["explain", "config.vm.hostname", "web"]);
    insta::assert_snapshot!(run.stdout, @r#"
    vm.hostname = "override"
        Vagrantfile:6:10 (override of the provider)
        instead of "web", Vagrantfile:10:10 (block of the machine)
    "#);
    let run = lab.rove(&["explain", "boot_timeout", "db"]);
    insta::assert_snapshot!(run.stdout, @r"
    vm.boot_timeout = 300
        the default
    ");
    let run = lab.rove(&["explain", "memory", "web"]);
    insta::assert_snapshot!(run.stdout, @r"
    provider.virtualbox.memory = 2048
        Vagrantfile:11:41 (block of the machine)
        instead of 1024, Vagrantfile:5:7
    ");
    let run = lab.rove(&["explain", "network", "db"]);
    insta::assert_snapshot!(run.stdout, @r#"
    network.web = {"type":"forwarded_port","options":{"guest":80,"host":8080,"id":"web","protocol":"tcp"}}
        Vagrantfile:3:13
    "#);
}

#[test]
fn as_data() {
    let run = lab().rove(&["explain", "vm.hostname", "web", "--json"]);
    let data: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        data,
        serde_json::json!([{
            "machine": "web", "setting": "vm.hostname", "value": "override", "default": false,
            "sources": [
                {"value": "override", "layer": "override", "at": "Vagrantfile:6:10"},
                {"value": "web", "layer": "machine", "at": "Vagrantfile:10:10"},
            ]
        }])
    );
}

#[test]
fn a_name_that_is_none() {
    let run = lab().rove(&["explain", "vm.bxo"]);
    assert_eq!(run.code, Some(1));
    insta::assert_snapshot!(run.stderr, @r"
    error: there is no setting `vm.bxo`
    hint: did you mean `vm.box`?
    hint: `rove explain` shows every setting that a Vagrantfile sets
    ");
}

#[test]
fn all_that_is_set() {
    let run = lab().rove(&["config", "--explain", "db"]);
    insta::assert_snapshot!(run.stdout, @r#"
    vm.box = "base"
        Vagrantfile:2:13
        instead of "home", [ROVE]/Vagrantfile:1:35 (your Vagrantfile for all labs)
    vm.hostname = "override"
        Vagrantfile:6:10 (override of the provider)
    provider.virtualbox.memory = 1024
        Vagrantfile:5:7
    provider.virtualbox.customizations = [["pre-boot",["modifyvm","id","--memory","1024"]]]
        Vagrantfile:5:7
    network.web = {"type":"forwarded_port","options":{"guest":80,"host":8080,"id":"web","protocol":"tcp"}}
        Vagrantfile:3:13
    "#);
}
