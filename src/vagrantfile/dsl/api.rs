//! `Vagrant` as files see it: `Vagrant.configure` collects blocks, the rest
//! answers questions about the version, plugins and the host.

use std::cell::RefCell;
use std::rc::Rc;

use crate::boxes::{Constraint, Version};
use crate::config::Layer;
use crate::ruby::{Args, Interp, Library, Outcome, Proc, Value};

use super::Recorder;
use crate::vagrantfile::plugins::Plugins;
use crate::vagrantfile::schema::text;

/// The version that files are told. They were written for it or compare with it.
pub(in crate::vagrantfile) const VERSION: &str = "2.3.4";

/// The newest Vagrant whose files are meant to load; it may be required too.
const NEWEST: &str = "2.4.9";

/// A block given to `Vagrant.configure`.
#[derive(Clone)]
pub(in crate::vagrantfile) struct Block {
    /// `1` or `2`.
    pub(in crate::vagrantfile) version: String,
    /// What to call with the configuration.
    pub(in crate::vagrantfile) body: Rc<Proc>,
    /// Layer of the file that gave it.
    pub(in crate::vagrantfile) layer: Layer,
}

/// The blocks that the file being read has given so far.
pub(in crate::vagrantfile) type Collected = Rc<RefCell<Vec<Block>>>;

/// What files may ask about.
#[derive(Clone)]
pub(in crate::vagrantfile) struct Facts {
    /// Plugins that are there or whose work rove does itself.
    pub(in crate::vagrantfile) plugins: Rc<Plugins>,
    /// Folder that files take for Vagrant's data.
    pub(in crate::vagrantfile) data_dir: String,
    /// Architecture of the host, as boxes name it.
    pub(in crate::vagrantfile) architecture: String,
}

/// Error classes that rove raises; further ones come into being by their name.
const ERRORS: &[&str] = &[
    "VagrantVersionBad",
    "VagrantfileLoadError",
    "VagrantfileNameError",
    "TriggersNoBlockGiven",
];

/// What the part of the API that is written in Ruby has below `Vagrant::Util`.
const UTILITIES: &[&str] = &[
    "ANSIEscapeCodeRemover",
    "Busy",
    "Caps",
    "Counter",
    "DeepMerge",
    "Downloader",
    "Env",
    "Experimental",
    "HashWithIndifferentAccess",
    "IsPortOpen",
    "NetworkIP",
    "Numeric",
    "PowerShell",
    "Presence",
    "Retryable",
    "SSH",
    "SafePuts",
    "ShellQuote",
    "Subprocess",
    "TemplateRenderer",
];

/// Name of the part of the API that is written in Ruby.
const LIBRARY: &str = "vagrant/api";

/// What a Vagrantfile can `require` because Vagrant has it loaded.
const REQUIRED: &[&str] = &[
    "childprocess",
    "erubi",
    "i18n",
    "listen",
    "log4r",
    "log4r/",
    "net/scp",
    "net/sftp",
    "net/ssh",
    "vagrant/",
    "vagrant_cloud",
];

/// Defines `Vagrant`.
pub(in crate::vagrantfile) fn install(interp: &mut Interp, collected: &Collected, facts: Facts) {
    let vagrant = interp.define_module("Vagrant");
    let standard = interp.find_class("StandardError");
    let base = interp.define_class("Vagrant::Errors::VagrantError", standard.as_ref());
    install_errors(interp, &base);
    install_library(interp, &facts.plugins);
    set(interp, "Vagrant", "VERSION", Value::str(VERSION));
    set(
        interp,
        "Vagrant",
        "DEFAULT_SERVER_URL",
        Value::str("https://vagrantcloud.com"),
    );

    let blocks = Rc::clone(collected);
    interp.define_singleton(&vagrant, "configure", move |interp, _, args| {
        crate::vagrantfile::schema::check_count(interp, args, 1, 1)?;
        configure(interp, &blocks, &text(&args.get(0)), args)
    });
    let config = interp.define_module("Vagrant::Config");
    let blocks = Rc::clone(collected);
    interp.define_singleton(&config, "run", move |interp, _, args| {
        let version = if args.list.is_empty() {
            "1".to_owned()
        } else {
            text(&args.get(0))
        };
        configure(interp, &blocks, &version, args)
    });

    let plugins = Rc::clone(&facts.plugins);
    interp.define_singleton(&vagrant, "has_plugin?", move |interp, _, args| {
        let constraint = match args.get(1) {
            Value::Nil => None,
            given => Some(constraint(interp, std::slice::from_ref(&given))?),
        };
        Ok(Value::Bool(
            plugins.has(&text(&args.get(0)), constraint.as_ref()),
        ))
    });
    interp.define_singleton(&vagrant, "version?", |interp, _, args| {
        Ok(Value::Bool(meets(interp, args)?))
    });
    interp.define_singleton(&vagrant, "require_version", |interp, _, args| {
        if meets(interp, args)? {
            return Ok(Value::Bool(true));
        }
        let wanted: Vec<String> = args.list.iter().map(text).collect();
        Err(interp.raise(
            "Vagrant::Errors::VagrantVersionBad",
            format!(
                "the file wants Vagrant {}, and rove stands for {NEWEST}",
                wanted.join(", ")
            ),
        ))
    });
    interp.define_singleton(&vagrant, "require_plugin", |_, _, _| Ok(Value::Nil));
    for (name, below) in [("source_root", "source"), ("user_data_path", "")] {
        let path = format!("{}/{below}", facts.data_dir);
        interp.define_singleton(&vagrant, name, move |interp, _, _| {
            pathname(interp, path.trim_end_matches('/'))
        });
    }
    for name in [
        "in_installer?",
        "in_bundler?",
        "very_quiet?",
        "server_mode?",
        "prerelease?",
        "auto_install_local_plugins?",
    ] {
        interp.define_singleton(&vagrant, name, |_, _, _| Ok(Value::Bool(false)));
    }
    interp.define_singleton(&vagrant, "plugins_enabled?", |_, _, _| {
        Ok(Value::Bool(true))
    });
    interp.define_singleton(&vagrant, "server_url", |_, _, args| {
        let url = args.opt(0).cloned().unwrap_or_default();
        let official = Value::str("https://vagrantcloud.com");
        Ok(if url.is_nil() { official } else { url })
    });
    install_plugin_classes(interp, &facts.plugins);
    install_platform(interp, &facts.architecture);
}

fn set(interp: &mut Interp, module: &str, name: &str, value: Value) {
    let module = interp.define_module(module);
    let name = crate::ruby::Sym::new(name);
    interp.set_const(&module, name, value);
}

fn configure(interp: &mut Interp, blocks: &Collected, version: &str, args: &Args) -> Outcome {
    if !matches!(version, "1" | "2") {
        return Err(interp.raise(
            "Vagrant::Errors::VagrantfileNameError",
            format!("there is no configuration version `{version}`; there are `1` and `2`"),
        ));
    }
    let Some(block) = args.block.clone() else {
        return Err(interp.raise("ArgumentError", "no block given to `configure`"));
    };
    blocks.borrow_mut().push(Block {
        version: version.to_owned(),
        body: block,
        layer: Layer::Project,
    });
    Ok(Value::Nil)
}

/// `Vagrant::Errors`: any name below it is an error, for files rescue and raise
/// them, and the list is long.
fn install_errors(interp: &mut Interp, base: &Rc<crate::ruby::Class>) {
    for name in ERRORS {
        interp.define_class(&format!("Vagrant::Errors::{name}"), Some(base));
    }
    let errors = interp.define_module("Vagrant::Errors");
    let parent = Rc::clone(base);
    interp.define_singleton(&errors, "const_missing", move |interp, _, args| {
        interp.load_library(LIBRARY)?;
        let name = format!("Vagrant::Errors::{}", text(&args.get(0)));
        Ok(Value::Class(interp.define_class(&name, Some(&parent))))
    });
    // Defined anew by the library, which an error class of a file's own calls for.
    for name in ["error_key", "error_message", "error_namespace"] {
        interp.define_singleton(base, name, move |interp, this, args| {
            interp.load_library(LIBRARY)?;
            interp.call_method_with(this, name, args.clone())
        });
    }
}

/// The part of the API that is written in Ruby.
fn install_library(interp: &mut Interp, plugins: &Rc<Plugins>) {
    let vagrant = interp.define_module("Vagrant");
    let util = interp.define_module("Vagrant::Util");
    let plugin = interp.define_module("Vagrant::Plugin");
    let installed = interp.define_module("VagrantPlugins");
    let top = interp
        .find_class("Object")
        .expect("the root of all classes");
    let mut constants = vec![(&plugin, "Manager"), (&top, "Log4r"), (&top, "I18n")];
    for name in ["UI", "Action", "Environment", "Machine", "Box"] {
        constants.push((&vagrant, name));
    }
    for name in UTILITIES {
        constants.push((&util, name));
    }
    for name in ["ProviderVirtualBox", "HyperV", "CommandServe"] {
        constants.push((&installed, name));
    }
    let names = REQUIRED.iter().map(|name| (*name).to_owned());
    let library = Library {
        name: LIBRARY,
        source: include_str!("vagrant.rb"),
        also: names.chain(plugins.names().iter().cloned()).collect(),
    };
    interp.add_library(library, &constants);
    let plugins = Rc::clone(plugins);
    interp.define_singleton(&vagrant, "installed_plugin_names", move |_, _, _| {
        let names: Vec<Value> = plugins.names().iter().map(Value::str).collect();
        Ok(Value::array(names))
    });
}

/// Tells whether the version that rove stands for meets all requirements.
fn constraint(interp: &mut Interp, arguments: &[Value]) -> Outcome<Constraint> {
    let mut parts = Vec::new();
    for argument in arguments {
        match argument {
            Value::Array(items) => parts.extend(items.to_vec().iter().map(text)),
            other => parts.push(text(other)),
        }
    }
    // One text may hold several, as a gem's requirement does not.
    let parts = parts.iter().flat_map(|part| part.split(','));
    Constraint::all(parts.clone()).map_err(|_| {
        interp.raise(
            "ArgumentError",
            format!(
                "illformed requirement `{}`",
                parts.collect::<Vec<_>>().join(", ")
            ),
        )
    })
}

fn meets(interp: &mut Interp, args: &Args) -> Outcome<bool> {
    let requirement = constraint(interp, &args.list)?;
    let fits = [VERSION, NEWEST]
        .iter()
        .filter_map(|version| version.parse::<Version>().ok())
        .any(|version| requirement.matches(&version));
    Ok(fits)
}

fn pathname(interp: &mut Interp, path: &str) -> Outcome {
    match interp.find_class("Pathname") {
        Some(class) => interp.call_method(&Value::Class(class), "new", &[Value::str(path)]),
        None => Ok(Value::str(path)),
    }
}

/// `Vagrant.plugin(2, :command)` as a superclass, `Vagrant.plugin(2)` as a base.
fn install_plugin_classes(interp: &mut Interp, plugins: &Rc<Plugins>) {
    let vagrant = interp.define_module("Vagrant");
    let components = [
        "command",
        "communicator",
        "config",
        "guest",
        "host",
        "provider",
        "provisioner",
        "push",
        "synced_folder",
    ];
    let plugin = interp.define_class("Vagrant::Plugin::V2::Plugin", None);
    // `name "x"`, `command "x" do … end` and so on are declarations. What they
    // declare is Ruby of Vagrant's inside; rove takes note of the names.
    for name in ["config", "provisioner"] {
        let plugins = Rc::clone(plugins);
        interp.define_singleton(&plugin, name, move |_, _, args| {
            // `config(:name, :provisioner)` is about the options of one.
            if args.opt(1).is_none() {
                plugins.declare(&text(&args.get(0)));
            }
            Ok(Value::Nil)
        });
    }
    for name in [
        "name",
        "description",
        "command",
        "provider",
        "guest",
        "host",
        "action_hook",
        "guest_capability",
        "host_capability",
        "provider_capability",
        "communicator",
        "push",
        "synced_folder",
    ] {
        interp.define_singleton(&plugin, name, |_, _, _| Ok(Value::Nil));
    }
    let unset = crate::ruby::Sym::new("UNSET_VALUE");
    for class in ["Plugin", "Config"] {
        let class = interp.define_class(&format!("Vagrant::Plugin::V2::{class}"), None);
        interp.set_const(&class, unset, Value::sym("__UNSET__VALUE__"));
    }
    let all = crate::ruby::Sym::new("ALL_ACTIONS");
    interp.set_const(&plugin, all, Value::sym("__all_actions__"));
    for component in components {
        let name: String = component.split('_').map(capital).collect();
        interp.define_class(&format!("Vagrant::Plugin::V2::{name}"), None);
    }
    interp.define_singleton(&vagrant, "plugin", |interp, _, args| {
        let name: String = match args.opt(1) {
            Some(component) => text(component).split('_').map(capital).collect(),
            None => "Plugin".to_owned(),
        };
        match interp.find_class(&format!("Vagrant::Plugin::V2::{name}")) {
            Some(class) => Ok(Value::Class(class)),
            None => Ok(Value::native(Recorder::default())),
        }
    });
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// `Vagrant::Util::Platform`
fn install_platform(interp: &mut Interp, architecture: &str) {
    let platform = interp.define_module("Vagrant::Util::Platform");
    let os = std::env::consts::OS;
    let facts = [
        ("windows?", os == "windows"),
        ("linux?", os == "linux"),
        ("darwin?", os == "macos"),
        ("wsl?", false),
        ("cygwin?", false),
        ("msys?", false),
        ("solaris?", os == "solaris"),
        ("freebsd?", os == "freebsd"),
        ("terminal_supports_colors?", false),
        ("bit64?", usize::BITS == 64),
        ("fs_case_sensitive?", os == "linux"),
        ("systemd?", false),
        ("windows_admin?", false),
        ("windows_hyperv_admin?", false),
        ("windows_hyperv_enabled?", false),
        ("wsl_windows_access?", false),
    ];
    for (name, value) in facts {
        interp.define_singleton(&platform, name, move |_, _, _| Ok(Value::Bool(value)));
    }
    interp.define_singleton(&platform, "platform", move |_, _, _| Ok(Value::str(os)));
    // Paths are as they are where no Windows is near.
    for name in [
        "cygwin_path",
        "msys_path",
        "cygwin_windows_path",
        "unix_windows_path",
        "windows_path",
        "format_windows_path",
        "windows_unc_path",
        "wsl_to_windows_path",
    ] {
        interp.define_singleton(&platform, name, |_, _, args| Ok(args.get(0)));
    }
    interp.define_singleton(&platform, "fs_real_path", |interp, _, args| {
        let path = text(&args.get(0));
        pathname(interp, &path)
    });
    let architecture = architecture.to_owned();
    interp.define_singleton(&platform, "architecture", move |_, _, _| {
        Ok(Value::str(&architecture))
    });
    let which = interp.define_module("Vagrant::Util::Which");
    interp.define_singleton(&which, "which", |interp, _, args| {
        let program = text(&args.get(0));
        let path = interp.world.env("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path)
            .map(|folder| folder.join(&program))
            .find(|file| interp.world.executable(file));
        Ok(found.map(|file| file.to_string_lossy().into_owned()).into())
    });
}
