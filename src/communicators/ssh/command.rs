//! How a script reaches the guest's shell: pure functions over text.
//!
//! The server is asked to run the configured shell and nothing else, and the
//! script goes in by standard input. So the login shell may be any (csh, fish),
//! there is no limit on length (dropbear refuses commands over 9000 bytes,
//! `MAX_CMD_LEN` in its svr-chansession.c), and secrets are in no `ps` list.

use crate::config::Ssh;
use crate::op::{Script, quote};

/// What to ask the server to run, and what to feed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    /// Command of the `exec` request.
    pub(super) command: String,
    /// Standard input.
    pub(super) stdin: Vec<u8>,
}

/// Programs of the configuration that turned out to be missing in the guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// No `bash`: a default `bash -l` becomes `sh -l`.
    pub(super) bash: bool,
    /// No `sudo`, and the login user is root: privileged scripts run as they are.
    pub(super) sudo: bool,
}

/// Asks for what [`Missing`] holds; prints a line for each.
pub(super) const MISSING_PROBE: &str = "command -v bash >/dev/null 2>&1 || echo bash\n\
     if [ \"$(id -u)\" = 0 ]; then command -v sudo >/dev/null 2>&1 || echo sudo; fi";

/// Ends what the commands before it on the same connection still run: asks, and
/// after two seconds kills.
///
/// Neither OpenSSH nor dropbear ends a command because its channel is closed, and
/// the signal that a client may send (RFC 4254, 6.9) is sent with the login user's
/// rights: what `sudo` started goes on. Both servers have one process per connection
/// that is the parent of all its commands, each in a process group of its own
/// (`setsid` in OpenSSH's session.c, dropbear's svr-chansession.c). `sudo` may put this
/// script into one more group; those on the way up to the server are its own. A guest without
/// Linux's `/proc` has nothing to go through, and the signal has to do.
pub(super) const END_COMMANDS: &str = r#"stat() {
  IFS= read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  name=${line#*\(}
  name=${name%\)*}
  set -- ${line##*\) }
  parent=$2
  group=$3
}
stat $$ || exit 0
own=" $group "
server=
while [ "$parent" -gt 1 ]; do
  pid=$parent
  stat "$pid" || exit 0
  case $name in sshd*|dropbear*) server=$pid; break ;; esac
  own="$own$group "
done
[ -n "$server" ] || exit 0
groups() {
  for folder in /proc/[0-9]*; do
    stat "${folder#/proc/}" || continue
    [ "$parent" = "$server" ] || continue
    case $own in *" $group "*) ;; *) echo "-$group" ;; esac
  done
}
found=$(groups)
[ -n "$found" ] || exit 0
kill -TERM $found 2>/dev/null
waited=0
while [ $waited -lt 20 ]; do
  alive=
  for group in $found; do kill -0 $group 2>/dev/null && alive=1; done
  [ -n "$alive" ] || exit 0
  sleep 0.1
  waited=$((waited + 1))
done
kill -KILL $found 2>/dev/null
exit 0
"#;

/// Returns the shell's command line.
fn shell(ssh: &Ssh, missing: Missing) -> &str {
    match ssh.shell.as_str() {
        "bash -l" if missing.bash => "sh -l",
        "bash" if missing.bash => "sh",
        other => other,
    }
}

/// Returns how to run `script`. `forwarded` are variables of this host
/// (`config.ssh.forward_env`) that the script is to see.
pub(super) fn wrap(
    ssh: &Ssh,
    missing: Missing,
    script: &Script,
    forwarded: &[(String, String)],
) -> Wrapped {
    let mut preamble = String::new();
    for (name, value) in forwarded {
        preamble.push_str(&export(&ssh.export_command_template, name, value));
        preamble.push('\n');
    }
    let shell = shell(ssh, missing);
    let elevate = |command: &str| {
        if script.privileged && !missing.sudo {
            ssh.sudo_command.replace("%c", command)
        } else {
            command.to_owned()
        }
    };
    if ssh.pty {
        // A terminal makes a shell that reads from it interactive: it would
        // echo and prompt. So with `pty` the text is an argument.
        let text = format!("{preamble}(eval {})", quote_always(&script.text));
        return Wrapped {
            command: elevate(&format!("{shell} -c {}", quote(&text))),
            stdin: Vec::new(),
        };
    }
    // `eval` takes the whole text before any of it runs, and gives it an empty
    // standard input: a command that reads cannot swallow the rest of the script.
    // The subshell keeps a `set -e` from the login shell, whose ~/.bash_logout
    // would end with an error where there is no terminal (Debian's does).
    // Programs such as tput and clear complain without TERM.
    let text = quote_always(&script.text);
    Wrapped {
        command: elevate(shell),
        stdin: format!("export TERM=vt100\n{preamble}(eval {text}) </dev/null; exit $?\n")
            .into_bytes(),
    }
}

/// Returns the command that sets a variable, made from `config.ssh.export_command_template`.
fn export(template: &str, name: &str, value: &str) -> String {
    template
        .replace("%ENV_KEY%", name)
        .replace("%ENV_VALUE%", value)
}

fn quote_always(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns a path for the guest's shell: quoted, but for a `~` or `~user` at its start.
pub(super) fn guest_path(path: &str) -> String {
    let Some(rest) = path.strip_prefix('~') else {
        return quote(path);
    };
    let (user, below) = rest
        .split_once('/')
        .map_or((rest, None), |(user, below)| (user, Some(below)));
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !user.chars().all(plain) {
        return quote(path);
    }
    match below {
        None => format!("~{user}"),
        Some("") => format!("~{user}/"),
        Some(below) => format!("~{user}/{}", quote(below)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_fed_to_the_shell() {
        let wrapped = wrap(
            &Ssh::default(),
            Missing::default(),
            &Script::privileged("echo 'it works'\nread x"),
            &[("A".to_owned(), "1 2".to_owned())],
        );
        assert_eq!(wrapped.command, "sudo -E -H bash -l");
        assert_eq!(
            String::from_utf8(wrapped.stdin).unwrap(),
            "export TERM=vt100\nexport A=\"1 2\"\n(eval 'echo '\\''it works'\\''\nread x') </dev/null; exit $?\n"
        );
    }

    #[test]
    fn missing_programs_are_done_without() {
        let missing = Missing {
            bash: true,
            sudo: true,
        };
        let script = Script::privileged("id");
        assert_eq!(
            wrap(&Ssh::default(), missing, &script, &[]).command,
            "sh -l"
        );
        let own = Ssh {
            shell: "zsh".to_owned(),
            ..Ssh::default()
        };
        assert_eq!(
            wrap(
                &own,
                Missing {
                    sudo: false,
                    ..missing
                },
                &script,
                &[]
            )
            .command,
            "sudo -E -H zsh"
        );
    }

    #[test]
    fn with_a_terminal_the_text_is_an_argument() {
        let ssh = Ssh {
            pty: true,
            ..Ssh::default()
        };
        let wrapped = wrap(&ssh, Missing::default(), &Script::user("echo 'a'"), &[]);
        assert_eq!(wrapped.command, quote_twice("echo 'a'"));
        assert!(wrapped.stdin.is_empty());
    }

    fn quote_twice(text: &str) -> String {
        let inner = format!("(eval {})", quote_always(text));
        format!("bash -l -c {}", quote_always(&inner))
    }

    #[test]
    fn paths_are_quoted_but_for_the_home() {
        assert_eq!(guest_path("/tmp/a b"), "'/tmp/a b'");
        assert_eq!(guest_path("~"), "~");
        assert_eq!(guest_path("~/a b"), "~/'a b'");
        assert_eq!(guest_path("~bob/x"), "~bob/x");
        assert_eq!(guest_path("~$(x)/y"), "'~$(x)/y'");
    }
}
