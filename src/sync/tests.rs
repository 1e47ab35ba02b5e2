//! Folders lowered to ops, as data.

use std::path::PathBuf;

use super::*;
use crate::config::{Connection, Endpoint, Ssh, Value};
use crate::guests::by_name;
use crate::host::{Dirs, Env};
use crate::op::{Cmd, Script};

fn facts(guest: &str) -> Facts {
    Facts {
        machine: "web".to_owned(),
        guest: by_name(guest).unwrap(),
        connection: Connection {
            endpoint: Endpoint {
                host: "127.0.0.1".to_owned(),
                port: 2222,
            },
            ssh: Ssh {
                private_key_paths: vec![PathBuf::from("/it's/key")],
                ..Ssh::default()
            },
        },
        root: PathBuf::from("/lab"),
        home: Some(PathBuf::from("/home/me")),
        runtime: PathBuf::from("/run/rove"),
    }
}

fn share(host_path: &str, guest_path: &str) -> Share {
    Share {
        host_path: host_path.to_owned(),
        guest_path: guest_path.to_owned(),
        ..Share::default()
    }
}

fn parts(ops: &[Op]) -> (Vec<&Script>, &Cmd) {
    let scripts = ops.iter().filter_map(|op| match op {
        Op::Guest(script) => Some(script),
        _ => None,
    });
    let cmd = ops.iter().find_map(|op| match op {
        Op::Host(cmd) => Some(cmd),
        _ => None,
    });
    (scripts.collect(), cmd.unwrap())
}

#[test]
fn host_paths_are_expanded() {
    let expand = |written| host_path(written, Path::new("/lab"), Some(Path::new("/home/me")));
    for (written, expected) in [
        (".", "/lab"),
        ("./src/", "/lab/src"),
        ("../other", "/other"),
        ("~/x", "/home/me/x"),
        ("~", "/home/me"),
        ("/abs", "/abs"),
        ("~other", "/lab/~other"),
    ] {
        assert_eq!(expand(written), PathBuf::from(expected), "{written}");
    }
}

#[test]
fn a_folder_becomes_a_directory_a_copy_and_an_owner() {
    let ops = lower("rsync", &share(".", "/vagrant"), &facts("debian")).unwrap();
    let (scripts, cmd) = parts(&ops);
    insta::assert_snapshot!(cmd.show(), @r#"rsync --verbose --archive --delete -z --copy-links --no-owner --no-group --rsync-path 'sudo rsync' -e 'ssh -p 2222 -o LogLevel=FATAL -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i '\''/it'\'''\''s/key'\''' --exclude .vagrant/ --exclude .rove/ /lab/ vagrant@127.0.0.1:/vagrant"#);
    insta::assert_snapshot!(scripts[0].text, @r"
    if ! command -v rsync >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y --no-install-recommends rsync ||
      { apt-get update && apt-get install -y --no-install-recommends rsync; }
    fi || exit 1
    mkdir -p -- /vagrant
    ");
    insta::assert_snapshot!(scripts[1].text, @r#"
    g="$(id -gn vagrant)"
    find /vagrant ! -type l \( ! -user vagrant -o ! -group "$g" \) -exec chown vagrant:"$g" {} +
    "#);
    assert!(scripts.iter().all(|script| script.privileged));
}

#[test]
fn options_of_the_folder_count_with_and_without_prefix() {
    let list = |words: &[&str]| {
        let word = |word: &&str| Value::String((*word).to_owned());
        Value::List(words.iter().map(word).collect())
    };
    let mut share = share("src", "/srv/a b");
    share.owner = Some("www".to_owned());
    share.group = Some("web".to_owned());
    share.options = vec![
        ("rsync__exclude".to_owned(), list(&[".git/", "/tmp/*"])),
        ("rsync__args".to_owned(), list(&["-a"])),
        ("rsync__verbose".to_owned(), Value::Bool(true)),
    ];
    let ops = lower("rsync", &share, &facts("linux")).unwrap();
    let (scripts, cmd) = parts(&ops);
    let argv: Vec<&str> = cmd.args.iter().map(|arg| arg.to_str().unwrap()).collect();
    assert!(argv.starts_with(&["-a", "--no-owner", "--no-group", "--protect-args"]));
    assert!(argv.ends_with(&["/lab/src/", "vagrant@127.0.0.1:/srv/a b"]));
    assert!(cmd.show_output);
    insta::assert_snapshot!(scripts[1].text, @r#"
    g=web
    find '/srv/a b' -path '/srv/a b/.git' -prune -o -path '/srv/a b/tmp/*' -prune -o ! -type l \( ! -user www -o ! -group "$g" \) -exec chown www:"$g" {} +
    "#);
    // A family without a way to install says so in the guest's own words.
    assert!(scripts[0].text.contains("rove cannot install it"));
    share.options = vec![("rsync__chown".to_owned(), Value::Bool(false))];
    let ops = lower("rsync", &share, &facts("linux")).unwrap();
    assert_eq!(parts(&ops).0.len(), 1);
}

#[test]
fn root_needs_no_sudo() {
    let mut facts = facts("alpine");
    facts.connection.ssh.username = "root".to_owned();
    let ops = lower("rsync", &share(".", "/vagrant"), &facts).unwrap();
    assert!(!parts(&ops).1.show().contains("--rsync-path"));
}

#[test]
fn what_is_missing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut host = Host::system().unwrap();
    host.dirs = Dirs::below(folder.path());
    let mut missing = share("nowhere", "/vagrant");
    let error = prepare("rsync", &missing, folder.path(), &host).unwrap_err();
    assert!(error.to_string().contains("nowhere"), "{error}");
    assert!(error.explain().hints()[1].contains("create: true"));
    missing.create = true;
    if crate::host::find_program(&host, "rsync").is_some() {
        prepare("rsync", &missing, folder.path(), &host).unwrap();
        assert!(folder.path().join("nowhere").is_dir());
    }
    host.env = std::sync::Arc::new(Env::of([("PATH", "/nowhere")]));
    let error = prepare("rsync", &share(".", "/v"), folder.path(), &host).unwrap_err();
    assert!(error.to_string().contains("`rsync`"), "{error}");
    assert!(error.explain().hints()[0].contains("rsync"));

    let error = lower("nfs", &share(".", "/v"), &facts("linux")).unwrap_err();
    assert!(error.explain().hints()[0].contains("type: \"rsync\""));
    let error = lower("rsinc", &share(".", "/v"), &facts("linux")).unwrap_err();
    assert!(error.explain().hints()[0].contains("did you mean"));
}
