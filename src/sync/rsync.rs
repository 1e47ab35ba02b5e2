//! Folders by rsync: one way, host to guest, over the system's `ssh`.
//! Options and their defaults are Vagrant's.

use std::net::Ipv6Addr;
use std::path::Path;

use super::host_path;
use crate::config::{Connection, Share, Value};
use crate::error::Result;
use crate::event::Level;
use crate::guests::Facts;
use crate::host::{Host, Package, require_program};
use crate::op::{Cmd, Op, Script, quote};

const RSYNC: Package = Package {
    program: "rsync",
    debian: "rsync",
    fedora: "rsync",
    homebrew: "rsync",
};

const SSH: Package = Package {
    program: "ssh",
    debian: "openssh-client",
    fedora: "openssh-clients",
    homebrew: "openssh",
};

/// Left out of every folder: state of Vagrant and of rove, which may hold disks
/// of machines and their keys.
const ALWAYS_EXCLUDED: [&str; 2] = [".vagrant/", ".rove/"];

/// Returns an error that says what to install unless the programs are there.
pub(super) fn require(host: &Host) -> Result<()> {
    require_program(host, &RSYNC, "to sync folders into a guest")?;
    require_program(host, &SSH, "to sync folders into a guest")?;
    Ok(())
}

/// Returns the ops for one folder.
pub(super) fn lower(share: &Share, facts: &Facts) -> Vec<Op> {
    let host = host_path(&share.host_path, &facts.root, facts.home.as_deref());
    let mut ops = vec![
        Op::Say(
            Level::Info,
            format!(
                "syncing {} to {} by rsync",
                host.display(),
                share.guest_path
            ),
        ),
        Op::Guest(before(share, facts)),
        Op::Host(command(share, facts)),
    ];
    if is_on(share, "chown", true) && !is_on(share, "rsync_ownership", false) {
        ops.push(Op::Guest(after(share, facts)));
    }
    ops
}

/// Returns the script that makes ready: rsync is there, and so is the folder.
fn before(share: &Share, facts: &Facts) -> Script {
    let install = facts.guest.find(|guest| guest.rsync_install).map_or_else(
        || "echo 'rsync is not installed in the guest, and rove cannot install it there' >&2; exit 1".to_owned(),
        |install| install().text,
    );
    let path = quote(&share.guest_path);
    Script::privileged(format!(
        "if ! command -v rsync >/dev/null 2>&1; then\n{install}\nfi || exit 1\nmkdir -p -- {path}"
    ))
}

/// Returns the script that gives the files to their owner: rsync ran as root.
fn after(share: &Share, facts: &Facts) -> Script {
    let owner = quote(
        share
            .owner
            .as_deref()
            .unwrap_or(&facts.connection.ssh.username),
    );
    let group = match &share.group {
        Some(group) => quote(group),
        None => format!("\"$(id -gn {owner})\""),
    };
    let path = quote(&share.guest_path);
    let mut pruned = String::new();
    for excluded in patterns(share) {
        let below = excluded.trim_start_matches('/').trim_end_matches('/');
        let below = quote(&format!(
            "{}/{below}",
            share.guest_path.trim_end_matches('/')
        ));
        pruned.push_str("-path ");
        pruned.push_str(&below);
        pruned.push_str(" -prune -o ");
    }
    // Only what is not right already: a change would touch each file's ctime.
    Script::privileged(format!(
        "g={group}\nfind {path} {pruned}! -type l \\( ! -user {owner} -o ! -group \"$g\" \\) -exec chown {owner}:\"$g\" {{}} +"
    ))
}

/// Returns an option: `rsync__NAME`, as Vagrantfiles scope it, or plain `NAME`.
fn option<'a>(share: &'a Share, name: &str) -> Option<&'a Value> {
    share
        .option(&format!("rsync__{name}"))
        .or_else(|| share.option(name))
        .filter(|value| **value != Value::Null)
}

fn is_on(share: &Share, name: &str, default: bool) -> bool {
    option(share, name).map_or(default, Value::is_truthy)
}

/// Returns the patterns to leave out that the Vagrantfile names.
fn patterns(share: &Share) -> Vec<String> {
    option(share, "exclude")
        .map(|value| value.items().iter().map(Value::to_text).collect())
        .unwrap_or_default()
}

/// Returns the host's command.
pub fn command(share: &Share, facts: &Facts) -> Cmd {
    let connection = &facts.connection;
    let ssh = &connection.ssh;
    let mut arguments: Vec<String> = match option(share, "args") {
        Some(args) => args.items().iter().map(Value::to_text).collect(),
        None => ["--verbose", "--archive", "--delete", "-z", "--copy-links"]
            .map(str::to_owned)
            .to_vec(),
    };
    if is_on(share, "rsync_ownership", false) {
        let owner = share.owner.as_deref().unwrap_or(&ssh.username);
        let group = share.group.as_deref().unwrap_or(&ssh.username);
        arguments.push(format!("--chown={owner}:{group}"));
    } else {
        // The host's owners mean nothing in the guest; `after` sets them.
        for (long, short, off) in [
            ("--owner", "-o", "--no-owner"),
            ("--group", "-g", "--no-group"),
        ] {
            if !arguments
                .iter()
                .any(|given| given == long || given == short)
            {
                arguments.push(off.to_owned());
            }
        }
    }
    // Since 3.2.4 rsync puts backslashes before blanks of the destination, before
    // that it did not; with this option no shell sees the path, in either.
    if !is_plain(&share.guest_path) {
        arguments.push("--protect-args".to_owned());
    }
    if let Some(path) = guest_rsync(share, facts) {
        arguments.extend(["--rsync-path".to_owned(), path]);
    }
    arguments.extend(["-e".to_owned(), remote_shell(connection)]);
    let mut excluded: Vec<String> = ALWAYS_EXCLUDED.map(str::to_owned).to_vec();
    excluded.extend(patterns(share));
    let mut seen = Vec::new();
    for pattern in excluded {
        if !seen.contains(&pattern) {
            arguments.extend(["--exclude".to_owned(), pattern.clone()]);
            seen.push(pattern);
        }
    }
    let mut cmd = Cmd::new("rsync").args(arguments).cwd(&facts.root);
    // The slash means: the content of the folder, not the folder.
    let mut source =
        host_path(&share.host_path, &facts.root, facts.home.as_deref()).into_os_string();
    if !source.to_string_lossy().ends_with('/') {
        source.push("/");
    }
    let host = &connection.endpoint.host;
    let host = if host.parse::<Ipv6Addr>().is_ok() {
        format!("[{host}]")
    } else {
        host.clone()
    };
    cmd = cmd
        .arg(source)
        .arg(format!("{}@{host}:{}", ssh.username, share.guest_path));
    cmd.show_output = is_on(share, "verbose", false);
    cmd
}

/// Returns how the guest's rsync is started. As root there is no need for
/// `sudo`, and often no `sudo`.
fn guest_rsync(share: &Share, facts: &Facts) -> Option<String> {
    if let Some(path) = option(share, "rsync_path") {
        return Some(path.to_text());
    }
    if facts.connection.ssh.username == "root" {
        return None;
    }
    facts
        .guest
        .find(|guest| guest.rsync_command)
        .map(str::to_owned)
}

/// Returns the remote shell for `-e`. rsync splits it at blanks and knows
/// quotes, in which a doubled quote stands for one (rsync(1), `--rsh`).
/// Vagrant also keeps the connection open for ten minutes; we start no process
/// that outlives the command.
fn remote_shell(connection: &Connection) -> String {
    let ssh = &connection.ssh;
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let mut words = vec![format!(
        "ssh -p {} -o LogLevel=FATAL",
        connection.endpoint.port
    )];
    if let Some(command) = &ssh.proxy_command {
        words.push(format!("-o ProxyCommand={}", quoted(command)));
    }
    if let Some(file) = &ssh.config_file {
        words.push(format!("-F {file}"));
    }
    words.extend(ssh.extra_args.iter().cloned());
    if ssh.keys_only {
        words.push("-o IdentitiesOnly=yes".to_owned());
    }
    if !ssh.verify_host_key.is_truthy() || ssh.verify_host_key.as_str() == Some("never") {
        words.push("-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null".to_owned());
    }
    let keys = ssh.private_key_paths.iter();
    words.extend(keys.map(|path: &std::path::PathBuf| format!("-i {}", quoted(&text(path)))));
    words.join(" ")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Returns whether a shell takes a path as it is.
fn is_plain(path: &str) -> bool {
    path.chars()
        .all(|c| c.is_alphanumeric() || "_-.,:+/@".contains(c))
}
