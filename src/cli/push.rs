//! `rove push`: deploys the project to a place that the Vagrantfile names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::config::Value;
use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::host::{Exit, Package, files, require_program, script_interpreter};
use crate::lab::{self, Push};
use crate::op::Cmd;
use crate::source::nearest;

use super::Context;
use super::later::Missing;

/// Arguments of `rove push`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the place; may be left out if there is one only
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum PushError {
    #[error("the Vagrantfile names no place to push to")]
    None,
    #[error("the Vagrantfile names several places to push to: {}", known.join(", "))]
    Several { known: Vec<String> },
    #[error("the Vagrantfile names no place `{name}` to push to")]
    Unknown { name: String, known: Vec<String> },
    #[error("the place `{name}` lacks `{setting}`")]
    Setting { name: String, setting: &'static str },
    #[error("pushing to `{name}` failed: `{program}` ended with {status}")]
    Failed {
        name: String,
        program: String,
        status: i32,
    },
}

impl Explain for PushError {
    fn kind(&self) -> Kind {
        match self {
            Self::Several { .. } | Self::Unknown { .. } => Kind::User,
            Self::None | Self::Setting { .. } => Kind::Config,
            Self::Failed { .. } => Kind::External,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::None => vec![
                "name one: `config.push.define \"local-exec\" do |push| push.inline = \"…\" end`"
                    .to_owned(),
            ],
            Self::Several { known } => vec![format!(
                "say which: `rove push {}`",
                known.first().map_or("NAME", String::as_str)
            )],
            Self::Unknown { name, known } => {
                let near = nearest(name, known.iter().map(String::as_str));
                let mut hints: Vec<String> = near
                    .map(|near| format!("did you mean `{near}`?"))
                    .into_iter()
                    .collect();
                hints.push(format!("there are: {}", known.join(", ")));
                hints
            }
            Self::Setting { setting, .. } => vec![format!("set `push.{setting}` in its block")],
            Self::Failed { .. } => Vec::new(),
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        Some(match self {
            Self::None => "Vagrant::Errors::PushesNotDefined",
            Self::Several { .. } => "Vagrant::Errors::PushStrategyNotProvided",
            Self::Unknown { .. } => "Vagrant::Errors::PushStrategyNotDefined",
            Self::Setting { .. } => "Vagrant::Errors::ConfigInvalid",
            Self::Failed { .. } => return None,
        })
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let (root, pushes) = lab::pushes(&context.host)?;
    let push = choose(&pushes, args.name.as_deref())?;
    context.ui.say(
        None,
        Level::Info,
        &format!("Pushing to `{}` by {}.", push.name, push.strategy),
    );
    match push.strategy.as_str() {
        "local-exec" => local_exec(context, &root, push),
        "heroku" => heroku(context, &root, push),
        "ftp" => ftp(context, &root, push),
        "noop" => Ok(0),
        other => Err(Missing {
            command: "push".to_owned(),
            reason: format!("rove has no way to push by `{other}`"),
            instead: vec!["it has: ftp, heroku, local-exec".to_owned()],
        }
        .into()),
    }
}

fn choose<'a>(pushes: &'a [Push], name: Option<&str>) -> Result<&'a Push, PushError> {
    let known = || pushes.iter().map(|push| push.name.clone()).collect();
    match (pushes, name) {
        ([], _) => Err(PushError::None),
        ([only], None) => Ok(only),
        (_, None) => Err(PushError::Several { known: known() }),
        (_, Some(name)) => {
            pushes
                .iter()
                .find(|push| push.name == name)
                .ok_or_else(|| PushError::Unknown {
                    name: name.to_owned(),
                    known: known(),
                })
        }
    }
}

fn text(push: &Push, setting: &str) -> Option<String> {
    push.options
        .get(setting)
        .filter(|value| value.is_truthy())
        .map(Value::to_text)
        .filter(|text| !text.is_empty())
}

fn required(push: &Push, setting: &'static str) -> Result<String, PushError> {
    text(push, setting).ok_or_else(|| PushError::Setting {
        name: push.name.clone(),
        setting,
    })
}

/// Runs a program on this terminal; its failure is ours.
fn attached(context: &Context, push: &Push, cmd: &Cmd) -> Result<()> {
    let status = match context.host.runner.run_attached(cmd)? {
        Exit::Code(0) => return Ok(()),
        Exit::Code(code) => code,
        Exit::Signal(signal) => 128 + signal,
        Exit::TimedOut => 1,
    };
    Err(PushError::Failed {
        name: push.name.clone(),
        program: cmd.program.to_string_lossy().into_owned(),
        status,
    }
    .into())
}

fn local_exec(context: &Context, root: &Path, push: &Push) -> Result<i32> {
    let host = &context.host;
    let inline = text(push, "inline");
    let script = if let Some(inline) = &inline {
        let name = format!("push-{}.sh", crate::host::random_hex(6));
        let path = host.dirs.runtime.join(name);
        files::create_private_dir(&host.dirs.runtime)?;
        files::write_atomic_mode(&path, inline.as_bytes(), Some(0o700))?;
        path
    } else {
        let path = root.join(required(push, "script")?);
        files::set_mode(&path, 0o755)?;
        path
    };
    let mut cmd = match script_interpreter(&files::read(&script)?) {
        Some(program) => Cmd::new(program).arg(&script),
        None => Cmd::new(&script),
    };
    cmd = cmd.cwd(root);
    for argument in push
        .options
        .get("args")
        .map(Value::items)
        .unwrap_or_default()
    {
        cmd = cmd.arg(argument.to_text());
    }
    let done = attached(context, push, &cmd);
    if inline.is_some() {
        files::remove_file(&script)?;
    }
    done.map(|()| 0)
}

const GIT: Package = Package {
    program: "git",
    debian: "git",
    fedora: "git",
    homebrew: "git",
};

fn heroku(context: &Context, root: &Path, push: &Push) -> Result<i32> {
    let host = &context.host;
    let git = match text(push, "git_bin").filter(|name| name != "git") {
        Some(program) => PathBuf::from(program),
        None => require_program(host, &GIT, "to push to Heroku")?,
    };
    let remote = text(push, "remote").unwrap_or_else(|| "heroku".to_owned());
    let dir = root.join(text(push, "dir").unwrap_or_else(|| ".".to_owned()));
    let ask = |words: &[&str]| -> Result<String> {
        let cmd = Cmd::new(&git).args(words.iter().copied()).cwd(&dir);
        let output = host.runner.run(&cmd, None)?.check(&cmd)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let branch = ask(&["symbolic-ref", "--short", "HEAD"])?;
    if !ask(&["remote"])?.lines().any(|line| line == remote) {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        let app = text(push, "app").unwrap_or_else(|| name.into_owned());
        ask(&[
            "remote",
            "add",
            &remote,
            &format!("git@heroku.com:{app}.git"),
        ])?;
    }
    let target = format!("{branch}:main");
    let cmd = Cmd::new(&git).args(["push", &remote, &target]).cwd(&dir);
    attached(context, push, &cmd)?;
    Ok(0)
}

const CURL: Package = Package {
    program: "curl",
    debian: "curl",
    fedora: "curl",
    homebrew: "curl",
};

/// FTP, or SFTP where the place is `secure`, through curl: it speaks both, and
/// makes the folders.
fn ftp(context: &Context, root: &Path, push: &Push) -> Result<i32> {
    let host = &context.host;
    let curl = require_program(host, &CURL, "to push by FTP and SFTP")?;
    let server = required(push, "host")?;
    let user = required(push, "username")?;
    let secure = push.options.get("secure").is_some_and(Value::is_truthy);
    let scheme = if secure { "sftp" } else { "ftp" };
    let to = text(push, "destination").unwrap_or_else(|| "/".to_owned());
    let base = root.join(text(push, "dir").unwrap_or_else(|| ".".to_owned()));
    let mut found = Vec::new();
    collect(&base, &base, &excludes(push), &mut found)?;
    // By a file on standard input: the password must not be seen in a list of processes.
    let mut config = String::new();
    let password = text(push, "password").unwrap_or_default();
    let login = quoted(&format!("{user}:{password}"));
    let _ = writeln!(config, "user = {login}");
    config.push_str("ftp-create-dirs\nfail\nsilent\nshow-error\n");
    if push
        .options
        .get("passive")
        .is_some_and(|value| !value.is_truthy())
    {
        config.push_str("ftp-port = \"-\"\n");
    }
    for path in &found {
        let below = path.strip_prefix(&base).unwrap_or(path);
        let address = format!(
            "{scheme}://{server}/{}/{}",
            to.trim_matches('/'),
            below.to_string_lossy().replace('\\', "/")
        );
        let file = quoted(&path.to_string_lossy());
        let _ = writeln!(config, "upload-file = {file}\nurl = {}", quoted(&address));
    }
    let cmd = Cmd::new(curl).args(["--config", "-"]).stdin(config);
    host.runner.run(&cmd, None)?.check(&cmd)?;
    context.ui.say(
        None,
        Level::Success,
        &format!("Copied {} files to `{server}`.", found.len()),
    );
    Ok(0)
}

/// Returns a value for a configuration file of curl.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn excludes(push: &Push) -> Vec<String> {
    let mut names: Vec<String> = [".git", ".hg", ".svn", ".vagrant", ".rove"]
        .map(str::to_owned)
        .to_vec();
    let given = push
        .options
        .get("excludes")
        .map(Value::items)
        .unwrap_or_default();
    names.extend(given.iter().map(Value::to_text));
    names
}

/// Collects the files of a folder, but for those that a pattern leaves out.
fn collect(base: &Path, dir: &Path, excludes: &[String], found: &mut Vec<PathBuf>) -> Result<()> {
    for name in files::list_dir(dir)? {
        let path = dir.join(&name);
        let below = path.strip_prefix(base).unwrap_or(&path);
        let below = below.to_string_lossy().replace('\\', "/");
        if excludes
            .iter()
            .any(|pattern| leaves_out(pattern, &below, &name))
        {
            continue;
        }
        if path.is_dir() {
            collect(base, &path, excludes, found)?;
        } else if path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// Returns whether a pattern leaves out the path `below`, or anything called
/// `name`: a path, or one with `*` in a part.
fn leaves_out(pattern: &str, below: &str, name: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if let Some((start, end)) = pattern.split_once('*') {
        let end = end.trim_start_matches('*').trim_start_matches('/');
        return [below, name]
            .iter()
            .any(|text| text.starts_with(start) && text.ends_with(end));
    }
    pattern == below || pattern == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_leave_out_names_paths_and_endings() {
        assert!(leaves_out(".git", ".git", ".git"));
        assert!(leaves_out("a/b/", "a/b", "b"));
        assert!(leaves_out("*.o", "src/x.o", "x.o"));
        assert!(!leaves_out("*.o", "src/x.c", "x.c"));
        assert!(!leaves_out("a/b", "a/c", "c"));
    }

    #[test]
    fn one_place_needs_no_name_and_several_do() {
        let push = |name: &str| Push {
            name: name.to_owned(),
            strategy: "noop".to_owned(),
            options: Value::Null,
        };
        assert!(choose(&[push("a")], None).is_ok());
        assert!(choose(&[push("a"), push("b")], None).is_err());
        assert_eq!(
            choose(&[push("a"), push("b")], Some("b")).unwrap().name,
            "b"
        );
        assert!(choose(&[], None).is_err());
    }
}
