//! cloud-init in the guest: what it reads is written before the machine starts, and
//! what it does is waited for before anything else is done in the guest.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::communicators::{Stream, is_lost, ssh};
use crate::config::{CloudInitContent, MachineConfig, Ssh};
use crate::error::{Explain, Kind, Result};
use crate::event::{Event, Level};
use crate::host::{Dirs, files};
use crate::op::{Script, quote};
use crate::seed::{Part, Seed, User, hostname_of};
use crate::state::layout;

use super::{Session, Work, wait};

/// How often cloud-init is asked how far it is.
const ASK: Duration = Duration::from_secs(1);

/// Its stage before it has said one.
const STARTING: &str = "starting";

/// Says how far cloud-init is: a word, then one of its own files (its documentation,
/// "status file"). FreeBSD has no `/run`.
const HOW_FAR: &str = r#"for dir in /run/cloud-init /var/run/cloud-init; do
    [ -d "$dir" ] && break
done
if [ -f "$dir/result.json" ]; then
    echo done
    cat "$dir/result.json"
elif [ -f "$dir/status.json" ]; then
    echo running
    cat "$dir/status.json"
elif [ -e "$dir/disabled" ] || [ -e /etc/cloud/cloud-init.disabled ]; then
    echo disabled
elif command -v cloud-init >/dev/null 2>&1; then
    echo starting
else
    echo absent
fi"#;

/// cloud-init did not do what the Vagrantfile asks for.
#[derive(Debug, thiserror::Error)]
pub enum CloudInitError {
    /// It says so itself.
    #[error("cloud-init in machine `{machine}` failed")]
    Failed {
        /// Machine.
        machine: String,
        /// Its words.
        errors: Vec<String>,
    },
    /// There is none, or it is switched off.
    #[error(
        "the box of machine `{machine}` has no cloud-init at work: what `config.vm.cloud_init` asks for was not done"
    )]
    NotThere {
        /// Machine.
        machine: String,
    },
}

impl Explain for CloudInitError {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Failed { machine, .. } => {
                let machine = quote(machine);
                vec![
                    format!(
                        "what it did: `rove ssh {machine} -c 'sudo tail -n 50 /var/log/cloud-init-output.log'`"
                    ),
                    format!(
                        "cloud-init does its work once: `rove destroy {machine}`, then `rove up {machine}`, with other `config.vm.cloud_init`"
                    ),
                ]
            }
            Self::NotThere { .. } => vec![
                "take a box with cloud-init, or use a provisioner instead of `config.vm.cloud_init`".to_owned(),
            ],
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Failed { errors, .. } => Some(errors.join("\n")),
            Self::NotThere { .. } => None,
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::Failed { .. } => "Vagrant::Errors::CloudInitCommandFailed",
            Self::NotThere { .. } => "Vagrant::Errors::CloudInitNotFound",
        })
    }
}

/// Writes what cloud-init reads. The machine gets a key of its own before it is there
/// to be logged in to.
pub(super) fn write_seed(work: &Work<'_>) -> Result<()> {
    let Some(disk) = &work.spec.seed else {
        return Ok(());
    };
    if work.spec.box_files.is_none() && disk.path.is_file() {
        // The box is gone meanwhile, and with it what it was.
        return Ok(());
    }
    let parts: Result<Vec<Part>> = work.config.cloud_init.iter().map(part).collect();
    let seed = Seed {
        instance_id: work.spec.id.clone(),
        hostname: hostname(work.config, &work.spec.lab),
        user: if disk.makes_user {
            let own = work.folder.file(layout::PRIVATE_KEY);
            Some(user(&work.config.ssh, work.root, &own, &work.host.dirs)?)
        } else {
            None
        },
        parts: parts?,
    };
    // It may hold a password.
    files::write_atomic_mode(&disk.path, &seed.image(), Some(0o600))
}

fn part(part: &crate::config::CloudInit) -> Result<Part> {
    Ok(Part {
        content_type: part.content_type.clone(),
        content: match &part.content {
            CloudInitContent::Inline(text) => text.clone(),
            CloudInitContent::File(path) => files::read_text(path)?,
        },
    })
}

/// Returns the name that the guest gets: an image has none of its own.
fn hostname(config: &MachineConfig, lab: &str) -> String {
    match &config.hostname {
        Some(name) => name.clone(),
        None if config.name == "default" => hostname_of(lab),
        None => hostname_of(&config.name),
    }
}

/// Returns the user that `config.ssh` logs in as. `own`: where the machine's own key
/// is, or comes to lie; it is made unless the Vagrantfile names keys or wants none.
fn user(config: &Ssh, root: &Path, own: &Path, dirs: &Dirs) -> Result<User> {
    if config.insert_key && config.private_key_paths.is_empty() && !own.is_file() {
        let pair = ssh::generate(ssh::KeyKind::Ed25519)?;
        files::write_atomic_mode(own, pair.private.as_bytes(), Some(0o600))?;
    }
    let paths = ssh::key_files(config, root, own, dirs)?;
    let keys: Result<Vec<String>> = paths.iter().map(|path| ssh::public_line(path)).collect();
    Ok(User {
        name: config.username.clone(),
        keys: keys?,
        password: config.password.clone(),
    })
}

/// How far cloud-init is.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    /// There is none.
    Absent,
    /// It is there and does nothing.
    Disabled,
    /// At work, in this stage.
    At(String),
    /// Done, with what went wrong.
    Done(Vec<String>),
}

fn progress(printed: &str) -> Progress {
    let (word, json) = printed.split_once('\n').unwrap_or((printed, ""));
    // A file that is just being written is read again.
    let status: Value = serde_json::from_str(json).unwrap_or_default();
    let status = &status["v1"];
    match word.trim() {
        "absent" => Progress::Absent,
        "disabled" => Progress::Disabled,
        "done" if status.is_object() => {
            let errors = status["errors"].as_array();
            let text = |error: &Value| {
                error
                    .as_str()
                    .map_or_else(|| error.to_string(), str::to_owned)
            };
            let mut errors: Vec<String> = errors.into_iter().flatten().map(text).collect();
            let source = status["datasource"].as_str().unwrap_or_default();
            if !source.is_empty() && !source.contains("NoCloud") {
                errors.push(format!(
                    "it took its data from {source}, and not from rove's seed"
                ));
            }
            Progress::Done(errors)
        }
        _ => Progress::At(status["stage"].as_str().unwrap_or(STARTING).to_owned()),
    }
}

/// Waits until cloud-init is done, as long as it takes: installing packages is part
/// of it. A guest that it restarts is waited for.
pub(super) fn wait(session: &mut Session<'_>) -> Result<()> {
    let work = session.work;
    let host = work.host;
    let began = host.clock.now();
    let has_parts = !work.config.cloud_init.is_empty();
    let errors = loop {
        let printed = match ask(session) {
            Err(failure) if is_lost(&failure) => {
                session.access()?.guest().reset();
                wait::wait_ready(session)?;
                continue;
            }
            printed => printed?,
        };
        let waited = host.clock.now().saturating_sub(began);
        let progress = match progress(&printed) {
            // It is installed and does not come up: nobody starts it.
            Progress::At(stage) if stage == STARTING && waited > work.config.boot_timeout => {
                Progress::Disabled
            }
            other => other,
        };
        match progress {
            Progress::Done(errors) => break errors,
            // An image may have another program that does the same, which made the user.
            Progress::Absent | Progress::Disabled if has_parts && !makes_user(work) => {
                let machine = work.name().to_owned();
                return Err(CloudInitError::NotThere { machine }.into());
            }
            Progress::Absent | Progress::Disabled => return Ok(()),
            Progress::At(stage) => host.listener.event(Event::Waiting {
                machine: work.name().to_owned(),
                stage: format!("cloud-init, {stage}"),
                elapsed: waited,
            }),
        }
        host.clock.sleep(ASK)?;
    };
    if errors.is_empty() {
        return Ok(());
    }
    if has_parts {
        let machine = work.name().to_owned();
        return Err(CloudInitError::Failed { machine, errors }.into());
    }
    for error in errors {
        let text = format!("cloud-init says: {error}");
        host.say(Some(work.name()), Level::Warn, text);
    }
    Ok(())
}

pub(super) fn makes_user(work: &Work<'_>) -> bool {
    work.spec.seed.as_ref().is_some_and(|seed| seed.makes_user)
}

fn ask(session: &mut Session<'_>) -> Result<String> {
    let script = Script::user(HOW_FAR);
    let mut printed = String::new();
    session
        .access()?
        .guest()
        .exec(&script, &mut |stream, line| {
            if stream == Stream::Stdout {
                printed.push_str(line);
                printed.push('\n');
            }
        })?;
    Ok(printed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_the_one_that_config_ssh_logs_in_as() {
        let folder = tempfile::tempdir().unwrap();
        let dirs = Dirs::below(folder.path());
        let (root, own) = (folder.path(), folder.path().join("private_key"));
        let ssh = |change: fn(&mut Ssh)| {
            let mut ssh = Ssh {
                username: "vagrant".to_owned(),
                insert_key: true,
                ..Ssh::default()
            };
            change(&mut ssh);
            ssh
        };
        // The insecure keys, where no other is wanted.
        let insecure = user(&ssh(|ssh| ssh.insert_key = false), root, &own, &dirs).unwrap();
        assert_eq!(insecure.keys, ssh::insecure_public_lines());
        assert!(!own.exists());
        // Keys that the file names; no other is made.
        let pair = ssh::generate(ssh::KeyKind::Ed25519).unwrap();
        files::write_atomic(&root.join("mine"), pair.private.as_bytes()).unwrap();
        let named = ssh(|ssh| ssh.private_key_paths = vec!["mine".into()]);
        let named = user(&named, root, &own, &dirs).unwrap();
        assert_eq!(named.keys, [pair.public]);
        assert!(!own.exists());
        // A password, and the machine's own key beside it, which stays the same.
        let password = ssh(|ssh| ssh.password = Some("secret".to_owned()));
        let first = user(&password, root, &own, &dirs).unwrap();
        assert_eq!(first.password.as_deref(), Some("secret"));
        assert_eq!(first.keys, [ssh::public_line(&own).unwrap()]);
        assert_eq!(user(&password, root, &own, &dirs).unwrap(), first);
    }

    #[test]
    fn what_cloud_init_says_of_itself() {
        let at = |stage: &str| Progress::At(stage.to_owned());
        let done = |errors: &[&str]| {
            Progress::Done(errors.iter().map(|error| (*error).to_owned()).collect())
        };
        for (printed, wanted) in [
            ("absent\n", Progress::Absent),
            ("disabled\n", Progress::Disabled),
            ("starting\n", at("starting")),
            (
                "running\n{\"v1\": {\"stage\": \"modules-final\"}}\n",
                at("modules-final"),
            ),
            ("running\n{\"v1\": {\"stage\": null}}\n", at("starting")),
            ("running\n{\"v1\": {\"sta", at("starting")),
            ("done\n{\"v1\": {\"da", at("starting")),
            ("", at("starting")),
            (
                "done\n{\"v1\": {\"datasource\": \"DataSourceNoCloud [seed=/dev/vdb]\", \"errors\": []}}\n",
                done(&[]),
            ),
            (
                "done\n{\"v1\": {\"datasource\": \"DataSourceNoCloud\", \"errors\": [\"bad\", [1]]}}\n",
                done(&["bad", "[1]"]),
            ),
            (
                "done\n{\"v1\": {\"datasource\": \"DataSourceNone\", \"errors\": []}}\n",
                done(&["it took its data from DataSourceNone, and not from rove's seed"]),
            ),
        ] {
            assert_eq!(progress(printed), wanted, "{printed}");
        }
    }
}
