//! Scripts as text, and those that are harmless run by this host's shell.

use std::path::Path;
use std::process::Command;

use super::*;

fn guest(name: &str) -> &'static Guest {
    by_name(name).unwrap()
}

/// Runs a script with `sh`, its home in `home`, and returns status and output.
fn sh(text: &str, home: &Path) -> (i32, String) {
    let output = Command::new("sh")
        .args(["-c", text])
        .env("HOME", home)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn names_are_unique_and_parents_are_listed() {
    let mut seen: Vec<&str> = names().collect();
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
    for name in names() {
        for ancestor in guest(name).chain() {
            assert!(by_name(ancestor.name).is_ok(), "{}", ancestor.name);
        }
    }
    // A family is probed before those it descends from.
    let order: Vec<&str> = names().collect();
    let place = |name: &str| order.iter().position(|other| *other == name).unwrap();
    for name in names() {
        if let Some(parent) = guest(name).parent {
            assert!(place(name) < place(parent.name), "{name}");
        }
    }
}

#[test]
fn entries_are_inherited() {
    let hostname = |name| guest(name).find(|guest| guest.set_hostname).unwrap()("web.lab").text;
    assert_eq!(hostname("ubuntu"), hostname("debian"));
    assert!(hostname("ubuntu").contains("name=web\n"));
    assert!(hostname("rocky").contains("name=web.lab\n"));
    assert_eq!(hostname("linux"), hostname("photon"));
    for name in names() {
        let guest = guest(name);
        assert!(guest.find(|guest| guest.halt).is_some(), "{name}");
        assert!(guest.find(|guest| guest.insert_key).is_some(), "{name}");
        assert!(
            guest.find(|guest| guest.rsync_installed).is_some(),
            "{name}"
        );
    }
    assert!(guest("nixos").find(|guest| guest.rsync_install).is_none());
}

#[test]
fn the_hostname_script_as_text() {
    let script = guest("debian").find(|guest| guest.set_hostname).unwrap()("web.lab.example");
    assert!(script.privileged);
    insta::assert_snapshot!(script.text, @r#"
    set -e
    name=web
    aliases='web.lab.example web'
    if [ "$(cat /etc/hostname 2>/dev/null)" != "$name" ] || [ "$(uname -n)" != "$name" ]; then
      if ! { command -v hostnamectl >/dev/null 2>&1 && hostnamectl set-hostname "$name" 2>/dev/null; }; then
        printf '%s\n' "$name" > /etc/hostname
        hostname "$name"
      fi
    fi
    if ! grep -qxF "127.0.1.1 $aliases" /etc/hosts 2>/dev/null; then
      touch /etc/hosts
      { grep -v '^127\.0\.1\.1[[:space:]]' /etc/hosts || true; echo "127.0.1.1 $aliases"; } > /etc/hosts.rove
      cat /etc/hosts.rove > /etc/hosts
      rm -f /etc/hosts.rove
    fi
    if [ -f /etc/mailname ]; then printf '%s\n' web.lab.example > /etc/mailname; fi
    "#);
}

#[test]
fn detection_finds_what_os_release_says() {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("os-release");
    // The rest of the probes looks at this host, so only ids that come before.
    for (content, expected) in [
        ("ID=ubuntu\nID_LIKE=debian\n", "ubuntu"),
        ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "mint"),
        ("ID=kali\nID_LIKE=debian\n", "kali"),
        ("ID=raspbian\nID_LIKE=debian\n", "debian"),
    ] {
        std::fs::write(&release, content).unwrap();
        let text = detect_script()
            .text
            .replace("/etc/os-release", release.to_str().unwrap());
        let (status, output) = sh(&text, folder.path());
        assert_eq!(status, 0);
        assert_eq!(family("web", &output).unwrap().name, expected);
    }
}

#[test]
fn redhat_and_others_by_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("os-release");
    for (content, expected) in [
        ("ID=\"centos\"\nID_LIKE=\"rhel fedora\"\n", "centos"),
        ("ID=fedora\n", "fedora"),
        ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "rocky"),
        ("ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\n", "alma"),
        ("ID=\"amzn\"\nID_LIKE=\"fedora\"\n", "amazon"),
        ("ID=\"ol\"\nID_LIKE=\"rhel fedora\"\n", "redhat"),
        ("ID=arch\n", "arch"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ("ID=alpine\n", "alpine"),
        ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "suse"),
        ("ID=gentoo\n", "gentoo"),
        ("ID=nixos\n", "nixos"),
        ("ID=somethingelse\n", "linux"),
    ] {
        std::fs::write(&release, content).unwrap();
        let text = detect_script()
            .text
            .replace("/etc/os-release", release.to_str().unwrap())
            // Files of this host must not answer.
            .replace("/etc/debian_version", "/nowhere")
            .replace("/etc/redhat-release", "/nowhere")
            .replace("/etc/alpine-release", "/nowhere");
        let (_, output) = sh(&text, folder.path());
        if cfg!(target_os = "linux") {
            assert_eq!(family("web", &output).unwrap().name, expected, "{content}");
        }
    }
}

#[test]
fn an_unknown_family_is_told_with_the_nearest() {
    let error = by_name("debain").unwrap_err();
    assert_eq!(error.to_string(), "unknown guest family `debain`");
    assert!(error.explain().hints()[0].contains(":debian"));
    let error = family("web", "\n").unwrap_err();
    assert!(error.to_string().contains("`web`"));
}

#[test]
fn keys_are_added_once_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let file = home.join(".ssh/authorized_keys");
    let linux = guest("linux");
    let insert = linux.insert_key.unwrap();
    let remove = linux.remove_key.unwrap();
    assert_eq!(sh(&remove("ssh-rsa AAAA").text, home).0, 0);
    assert_eq!(sh(&insert("ssh-ed25519 AAAAone it's me").text, home).0, 0);
    assert_eq!(sh(&insert("ssh-ed25519 AAAAone it's me").text, home).0, 0);
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "ssh-ed25519 AAAAone it's me\n"
    );
    // A last line without an end must not swallow ours.
    std::fs::write(
        &file,
        "ssh-rsa AAAAold someone\nfrom=\"*\" ssh-rsa AAAAtwo x",
    )
    .unwrap();
    assert_eq!(sh(&insert("ssh-ed25519 AAAAone me").text, home).0, 0);
    assert_eq!(
        sh(&remove("ssh-rsa AAAAtwo another comment").text, home).0,
        0
    );
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "ssh-rsa AAAAold someone\nssh-ed25519 AAAAone me\n"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(sh(&remove("ssh-rsa AAAAold").text, home).0, 0);
    assert_eq!(sh(&remove("ssh-ed25519 AAAAone").text, home).0, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "");
}
