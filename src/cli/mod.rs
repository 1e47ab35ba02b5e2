//! The command line: a file per command, each with the arguments that can be
//! typed and one function that calls `lab/` or `boxes/` and shows the answer.
//!
//! Reading order: [`run`], [`Command`] (the table of contents), `global` (flags
//! of every command), then any command.

use std::ffi::OsString;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use crate::error::{Bug, Result};
use crate::host::{Cancel, Env, Host, SystemClock, Terminal, variables};
use crate::lab;
use crate::ui::{self, TracingRunner, Ui};

mod autocomplete;
mod r#box;
mod candidates;
mod cap;
mod check;
mod cloud;
mod completion;
mod config;
mod destroy;
mod docker;
mod doctor;
mod explain;
mod fetch;
mod gc;
mod global;
mod global_status;
mod halt;
mod help;
mod init;
mod later;
mod list_commands;
mod lock;
mod log;
mod manual;
mod outcome;
mod package;
mod plan;
mod plugin;
mod port;
mod provider;
mod provision;
mod push;
mod reload;
mod repair;
mod resume;
mod rsync;
mod serve;
mod snapshot;
mod ssh;
mod ssh_config;
mod start_options;
mod status;
mod suspend;
mod template;
mod trust;
mod untrust;
mod up;
mod upload;
mod usage;
mod validate;
mod version;
mod welcome;
mod windows;

/// Everything a command works with.
struct Context {
    host: Host,
    ui: Ui,
}

/// The tree that `clap` parses.
#[derive(Debug, clap::Parser)]
#[command(
    name = "rove",
    about = "Builds the lab that a Vagrantfile describes",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    infer_long_args = true
)]
struct Tree {
    /// Taken out before the parser sees them; here for help and completion.
    #[command(flatten)]
    flags: global::Flags,
    #[command(subcommand)]
    command: Command,
}

/// All commands, in the order of the alphabet.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Set completion up for your shell
    #[command(subcommand)]
    Autocomplete(autocomplete::Command),
    /// Add, list and remove boxes
    #[command(subcommand)]
    Box(r#box::Command),
    /// Ask for an ability by Vagrant's name for it
    #[command(hide = true)]
    Cap(cap::Args),
    /// See whether the boxes of the lab are locked, and where they will still be
    Check(check::Args),
    /// Manage what a box registry holds
    Cloud(cloud::Args),
    /// Print a completion script for a shell
    Completion(completion::Args),
    /// Print the merged configuration
    Config(config::Args),
    /// Remove machines with their disks
    Destroy(destroy::Args),
    /// Run a command in a container that runs
    #[command(hide = true)]
    DockerExec(docker::Exec),
    /// Show what containers print
    #[command(hide = true)]
    DockerLogs(docker::Logs),
    /// Run a command in a container of its own
    #[command(hide = true)]
    DockerRun(docker::Run),
    /// Look at this computer: what works, what does not, and what to do
    Doctor(doctor::Args),
    /// Show where the values of the configuration came from
    Explain(explain::Args),
    /// Get every box of the lab, before class
    Fetch(fetch::Args),
    /// Remove what lost labs and broken-off commands left behind
    Gc(gc::Args),
    /// Show all machines of this user
    GlobalStatus(global_status::Args),
    /// Power machines off
    Halt(halt::Args),
    /// Print help for a command
    Help(help::Args),
    /// Write a Vagrantfile
    Init(init::Args),
    /// List all commands
    #[command(hide = true)]
    ListCommands(list_commands::Args),
    /// Pin the boxes of the lab to the bytes of now
    Lock(lock::Args),
    /// Show what runs did, and why the last one failed
    Log(log::Args),
    /// Log in to a box registry
    Login(cloud::Login),
    /// Print manual pages, or write them all into a folder
    Man(manual::Args),
    /// Write a machine into a box file
    Package(package::Args),
    /// Show what `up` would do, and why
    Plan(plan::Args),
    /// Say what is built in; rove has no plug-ins
    Plugin(plugin::Args),
    /// Show the forwarded ports of a machine
    Port(port::Args),
    /// Open PowerShell in a Windows machine
    Powershell(windows::Powershell),
    /// Show which provider a machine has
    #[command(hide = true)]
    Provider(provider::Args),
    /// Run provisioners on machines that run
    Provision(provision::Args),
    /// Deploy the project to a place that the Vagrantfile names
    Push(push::Args),
    /// Open a remote desktop of a Windows machine
    Rdp(windows::Rdp),
    /// Restart machines with the settings of now
    Reload(reload::Args),
    /// Make damaged records of machines whole
    Repair(repair::Args),
    /// Go on with suspended machines
    Resume(resume::Args),
    /// Bring folders that are copied by rsync up to date
    #[command(hide = true)]
    Rsync(rsync::Args),
    /// Bring them up to date whenever something changes
    #[command(hide = true)]
    RsyncAuto(rsync::AutoArgs),
    /// Taken for Vagrant's sake: rove has no server
    #[command(hide = true)]
    Serve(serve::Args),
    /// Save, restore, list and delete snapshots
    #[command(subcommand)]
    Snapshot(snapshot::Command),
    /// Log in to a machine, or run a command in it
    Ssh(ssh::Args),
    /// Print blocks for your ssh configuration
    SshConfig(ssh_config::Args),
    /// Show machines and their states
    Status(status::Args),
    /// Save the memory of machines and power them off
    Suspend(suspend::Args),
    /// Allow a Vagrantfile to run commands and write files
    Trust(trust::Args),
    /// Take back what a Vagrantfile may do
    Untrust(untrust::Args),
    /// Bring machines up
    Up(up::Args),
    /// Copy a file or folder into a machine
    Upload(upload::Args),
    /// Check the Vagrantfile
    Validate(validate::Args),
    /// Print the version
    Version(version::Args),
    /// Run a command in a Windows machine
    Winrm(windows::Winrm),
    /// Print how a Windows machine is reached
    WinrmConfig(windows::WinrmConfig),
}

impl Command {
    /// Returns whether a run of it is worth a log: it acts on machines.
    fn is_logged(&self) -> bool {
        match self {
            Self::Snapshot(command) => command.acts(),
            Self::Destroy(_)
            | Self::Fetch(_)
            | Self::Gc(_)
            | Self::Halt(_)
            | Self::Package(_)
            | Self::Provision(_)
            | Self::Push(_)
            | Self::Reload(_)
            | Self::Repair(_)
            | Self::Resume(_)
            | Self::Rsync(_)
            | Self::Suspend(_)
            | Self::Up(_)
            | Self::Upload(_) => true,
            _ => false,
        }
    }

    fn run(&self, context: &Context) -> Result<i32> {
        match self {
            Self::Autocomplete(command) => autocomplete::run(context, command),
            Self::Box(command) => command.run(context),
            Self::Cap(args) => cap::run(context, args),
            Self::Check(args) => check::run(context, args),
            Self::Cloud(args) => cloud::run(context, args),
            Self::Completion(args) => completion::run(context, args),
            Self::Config(args) => config::run(context, args),
            Self::Destroy(args) => destroy::run(context, args),
            Self::DockerExec(args) => docker::exec(context, args),
            Self::DockerLogs(args) => docker::logs(context, args),
            Self::DockerRun(args) => docker::run(context, args),
            Self::Doctor(args) => Ok(doctor::run(context, args)),
            Self::Gc(args) => gc::run(context, args),
            Self::Repair(args) => repair::run(context, args),
            Self::Fetch(args) => fetch::run(context, args),
            Self::Explain(args) => explain::run(context, args),
            Self::GlobalStatus(args) => global_status::run(context, args),
            Self::Halt(args) => halt::run(context, args),
            Self::Help(args) => Ok(help::run(
                &context.ui,
                &args.command,
                context.host.env.is_compat(),
            )),
            Self::Init(args) => init::run(context, args),
            Self::ListCommands(args) => list_commands::run(context, args),
            Self::Lock(args) => lock::run(context, args),
            Self::Log(args) => log::run(context, args),
            Self::Login(args) => cloud::login(context, args),
            Self::Man(args) => manual::run(context, args),
            Self::Package(args) => package::run(context, args),
            Self::Plan(args) => plan::run(context, args),
            Self::Plugin(args) => plugin::run(context, args),
            Self::Port(args) => port::run(context, args),
            Self::Powershell(args) => windows::powershell(context, args),
            Self::Provider(args) => provider::run(context, args),
            Self::Provision(args) => provision::run(context, args),
            Self::Push(args) => push::run(context, args),
            Self::Rdp(args) => windows::rdp(context, args),
            Self::Reload(args) => reload::run(context, args),
            Self::Resume(args) => resume::run(context, args),
            Self::Rsync(args) => rsync::run(context, args),
            Self::RsyncAuto(args) => rsync::auto(context, args),
            Self::Serve(args) => serve::run(context, args),
            Self::Snapshot(command) => command.run(context),
            Self::Ssh(args) => ssh::run(context, args),
            Self::SshConfig(args) => ssh_config::run(context, args),
            Self::Status(args) => status::run(context, args),
            Self::Suspend(args) => suspend::run(context, args),
            Self::Trust(args) => trust::run(context, args),
            Self::Untrust(args) => untrust::run(context, args),
            Self::Up(args) => up::run(context, args),
            Self::Upload(args) => upload::run(context, args),
            Self::Validate(args) => validate::run(context, args),
            Self::Version(args) => version::run(context, args),
            Self::Winrm(args) => windows::winrm(context, args),
            Self::WinrmConfig(args) => windows::winrm_config(context, args),
        }
    }
}

/// Runs the command line `args` (with the program's name) and returns the exit code.
pub(crate) fn run(args: Vec<OsString>) -> i32 {
    let mut args = args.into_iter();
    let mut env = Env::system();
    if args.next().is_some_and(|program| is_vagrant(&program)) {
        env.set(variables::ROVE_COMPAT, "1");
    }
    let args: Vec<OsString> = args.collect();
    let clock = Arc::new(SystemClock::new(Cancel::new()));
    if let Some(candidates) = completion::answer(&env, &args) {
        let ui = Ui::new(ui::Options::default(), &env, Terminal::detect(), clock);
        ui.print_data(&candidates);
        return 0;
    }
    let (flags, mut rest) = global::Flags::extract(args);
    let json = json_of(flags, &mut rest);
    let options = ui::Options {
        compat: env.is_compat(),
        json,
        ..flags.ui_options()
    };
    let ui = Ui::new(options, &env, Terminal::detect(), clock);
    report_panics(&ui);
    let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        answer(&ui, env, flags, rest)
    }));
    let code = match answered {
        Ok(Ok(code)) => {
            ui.settle();
            code
        }
        Ok(Err((failure, cwd))) => ui.failure(&failure, cwd.as_deref()),
        // The hook has said why.
        Err(_) => 1,
    };
    ui.ended(code);
    ui.code_of_output(code)
}

/// Returns what `--json` means to the command in `rest`: one that has an answer of
/// its own gets the flag back.
fn json_of(flags: global::Flags, rest: &mut Vec<OsString>) -> ui::Json {
    if !flags.json {
        return ui::Json::No;
    }
    let mut tree = Tree::command();
    for word in rest.iter().map(|word| word.to_string_lossy()) {
        match tree.find_subcommand(&*word) {
            Some(below) => tree = below.clone(),
            None => break,
        }
    }
    // Those of the tree itself are not handed down before it is built.
    let is_own =
        tree.get_name() != "rove" && tree.get_arguments().any(|arg| arg.get_id() == "json");
    if !is_own {
        return ui::Json::Events;
    }
    let at = rest.iter().position(|word| word == "--");
    rest.insert(at.unwrap_or(rest.len()), "--json".into());
    ui::Json::Answer
}

/// Returns whether rove was called by Vagrant's name, as by a link.
fn is_vagrant(program: &std::ffi::OsStr) -> bool {
    std::path::Path::new(program)
        .file_stem()
        .is_some_and(|name| name == "vagrant")
}

/// Shows a panic, which is always a defect of ours, as other failures are shown.
fn report_panics(ui: &Ui) {
    let ui = ui.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let what = panic.to_string().replace('\n', " ");
        ui.failure(&Bug { what }.into(), None);
    }));
}

type Ended = (crate::error::Failure, Option<std::path::PathBuf>);

fn answer(ui: &Ui, env: Env, flags: global::Flags, rest: Vec<OsString>) -> Result<i32, Ended> {
    let compat = env.is_compat();
    if flags.version {
        return Ok(version::print(ui, compat));
    }
    let words: Vec<String> = rest
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if flags.help {
        return Ok(if words.is_empty() {
            help::print_all(ui);
            0
        } else {
            help::run(ui, &words, compat)
        });
    }
    let Some(first) = words.first() else {
        let cwd = crate::host::files::current_dir().ok();
        return Ok(welcome::print(ui, cwd.as_deref()));
    };
    if !first.starts_with('-') && !usage::is_command(first) {
        return Ok(help::unknown(ui, first, compat));
    }
    if help::is_answered_by_help(&words, compat) {
        return Ok(help::run(ui, &words, compat));
    }
    let typed = std::iter::once(OsString::from("rove")).chain(rest);
    let tree = Tree::command()
        .try_get_matches_from(typed)
        .and_then(|matches| Tree::from_arg_matches(&matches))
        .map_err(|error| (usage::explain(&error, &words).into(), None))?;
    let mut host = host(ui, env, flags).map_err(|failure| (failure, None))?;
    let cwd = host.cwd.clone();
    if tree.command.is_logged() {
        ui.begin_log(&lab::log_folder(&host), first, &words);
    }
    if flags.ui_options().debug || ui.has_log() {
        host.runner = Arc::new(TracingRunner::new(host.runner.clone(), ui.clone()));
    }
    let context = Context {
        host,
        ui: ui.clone(),
    };
    loop {
        let failure = match tree.command.run(&context) {
            Ok(code) => return Ok(code),
            Err(failure) => failure,
        };
        match trust::ask(&context, &failure) {
            Ok(true) => {}
            Ok(false) => return Err((failure, Some(cwd))),
            Err(failure) => return Err((failure, Some(cwd))),
        }
    }
}

fn host(ui: &Ui, env: Env, flags: global::Flags) -> Result<Host> {
    let mut host = Host::with_env(env)?.with_listener(Arc::new(ui.clone()));
    host.cancel.on_signals();
    if flags.trust {
        Arc::make_mut(&mut host.env).set(variables::ROVE_TRUST, "1");
    }
    if flags.offline {
        Arc::make_mut(&mut host.env).set(variables::ROVE_OFFLINE, "1");
    }
    Ok(host)
}

#[cfg(test)]
mod tests;
