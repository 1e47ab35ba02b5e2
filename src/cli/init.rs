//! `rove init`: writes a Vagrantfile with comments that lead a beginner, or a
//! minimal one.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::boxes::{Architecture, KnownImage};
use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::host::{files, variables};

use super::{Context, template};

/// Arguments of `rove init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the box
    #[arg(value_name = "NAME", default_value = "base", hide_default_value = true)]
    name: String,
    /// Where the box is fetched from
    #[arg(value_name = "URL")]
    url: Option<String>,
    /// Further words are ignored, as Vagrant does.
    #[arg(hide = true)]
    ignored: Vec<String>,
    /// Versions of the box that will do, such as `>= 1.2`
    #[arg(long, value_name = "VERSION")]
    box_version: Option<String>,
    /// Replace a file that is there
    #[arg(short, long)]
    force: bool,
    /// Leave out the comments
    #[arg(short, long)]
    minimal: bool,
    /// Fill in this template (ERB) instead
    #[arg(long, value_name = "FILE")]
    template: Option<String>,
    /// List the images of distributions that can be named, such as `debian/12`
    #[arg(long)]
    images: bool,
    /// Write to this file; `-` prints it
    #[arg(long, value_name = "FILE", default_value = "Vagrantfile")]
    output: String,
}

#[derive(Debug, thiserror::Error)]
enum InitError {
    #[error("cannot write `{}`: it is there already", path.display())]
    Exists { path: PathBuf },
    #[error("cannot write `{}`: its folder is not there", path.display())]
    NoFolder { path: PathBuf },
    #[error("{title} is not published as an image for {wanted}; it is for {}", there.join(", "))]
    NoImage {
        title: String,
        wanted: String,
        there: Vec<String>,
    },
}

impl Explain for InitError {
    fn kind(&self) -> Kind {
        Kind::User
    }

    fn hints(&self) -> Vec<String> {
        vec![match self {
            Self::Exists { .. } => "add `--force` to replace it".to_owned(),
            Self::NoFolder { .. } => "make the folder first".to_owned(),
            Self::NoImage { .. } => "`rove init --images` lists what there is".to_owned(),
        }]
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        match self {
            Self::Exists { .. } => Some("Vagrant::Errors::VagrantfileExistsError"),
            Self::NoFolder { .. } | Self::NoImage { .. } => None,
        }
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    if args.images {
        context.ui.print(&list());
        return Ok(0);
    }
    let known = known(context, args)?;
    let text = text(context, args, known.as_ref())?;
    if args.output == "-" {
        context.ui.print(&text);
        return Ok(0);
    }
    let path = context.host.cwd.join(&args.output);
    if path.exists() && !args.force {
        return Err(InitError::Exists { path }.into());
    }
    if path.parent().is_some_and(|dir| !dir.is_dir()) {
        return Err(InitError::NoFolder { path }.into());
    }
    files::write_atomic(&path, text.as_bytes())?;
    let what = match &known {
        _ if args.name == "base" => {
            "Put the name of a box into it, then type `rove up`.".to_owned()
        }
        Some((image, _)) => format!(
            "Its machine starts from the image of {}. Look it over, then type `rove up`.",
            image.title
        ),
        None => "Look it over, then type `rove up`.".to_owned(),
    };
    context.ui.say(
        None,
        Level::Info,
        &format!("Wrote `{}`. {what}", args.output),
    );
    Ok(0)
}

/// Returns the image that a distribution publishes under this name, with its address
/// for this computer. No box of a registry has such a name.
fn known(context: &Context, args: &Args) -> Result<Option<(KnownImage, String)>> {
    let Some(image) = KnownImage::named(&args.name) else {
        return Ok(None);
    };
    if args.url.is_some() || args.box_version.is_some() || args.template.is_some() {
        return Ok(None);
    }
    let (Architecture::Host(wanted) | Architecture::Named(wanted)) =
        Architecture::host(&context.host.env)
    else {
        return Ok(None);
    };
    match image.url(&wanted) {
        Some(url) => Ok(Some((image, url))),
        None => Err(InitError::NoImage {
            title: image.title.clone(),
            wanted,
            there: image.architectures().map(str::to_owned).collect(),
        }
        .into()),
    }
}

/// Returns the list of images, a line each.
fn list() -> String {
    let images = KnownImage::all();
    let width = |of: fn(&KnownImage) -> &str| {
        let lengths = images.iter().map(|image| of(image).len());
        lengths.max().unwrap_or_default()
    };
    let (name, title) = (width(|image| &image.name), width(|image| &image.title));
    let mut text = String::new();
    for image in &images {
        let architectures: Vec<&str> = image.architectures().collect();
        let _ = writeln!(
            text,
            "{:name$}  {:title$}  {}",
            image.name,
            image.title,
            architectures.join(" ")
        );
    }
    text
}

fn text(context: &Context, args: &Args, known: Option<&(KnownImage, String)>) -> Result<String> {
    let default = context.host.env.get(variables::VAGRANT_DEFAULT_TEMPLATE);
    match args.template.as_deref().or(default) {
        None => Ok(content(args, known)),
        Some(name) => template::render(
            &context.host.cwd,
            name,
            &args.name,
            args.url.as_deref(),
            args.box_version.as_deref(),
        ),
    }
}

/// Returns the file. The code is Vagrant's to the letter, quotes that are not
/// escaped included; the comments are ours.
fn content(args: &Args, known: Option<&(KnownImage, String)>) -> String {
    let mut settings = format!("  config.vm.box = \"{}\"\n", args.name);
    if let Some((image, url)) = known {
        if !args.minimal {
            let title = &image.title;
            settings.insert_str(0, &format!("  # Here it is the image of {title} that its publisher offers for clouds, from which\n  # cloud-init makes the user `vagrant`. `rove lock` pins its bytes.\n"));
        }
        let _ = writeln!(settings, "  config.vm.box_url = \"{url}\"");
    }
    for (setting, value) in [("box_version", &args.box_version), ("box_url", &args.url)] {
        if let Some(value) = value {
            settings.push_str("  config.vm.");
            settings.push_str(setting);
            settings.push_str(" = \"");
            settings.push_str(value);
            settings.push_str("\"\n");
        }
    }
    if args.minimal {
        return format!("{MODELINES}\nVagrant.configure(\"2\") do |config|\n{settings}end\n");
    }
    format!(
        "{MODELINES}{INTRODUCTION}\nVagrant.configure(\"2\") do |config|\n{BOX}{settings}{IDEAS}end\n"
    )
}

const MODELINES: &str = "# -*- mode: ruby -*-\n# vi: set ft=ruby :\n";

const INTRODUCTION: &str = "
# This file describes a lab: its machines, their boxes, networks and software.
# `rove plan` shows what it means, `rove up` builds it, `rove destroy` removes it.
";

const BOX: &str =
    "  # The disk that the machine starts from. `rove box list` shows the boxes you have.
";

const IDEAS: &str = "
  # Size of the machine, whatever hypervisor runs it.
  # config.vm.provider \"qemu\" do |machine|
  #   machine.cpus = 2
  #   machine.memory = 2048   # MB
  # end

  # Port 8080 of this computer leads to port 80 of the machine.
  # config.vm.network \"forwarded_port\", guest: 80, host: 8080, host_ip: \"127.0.0.1\"

  # A network between this computer and the machines of the lab.
  # config.vm.network \"private_network\", ip: \"192.168.56.10\"

  # The folder ./data appears in the machine as /srv/data.
  # (This file's own folder appears as /vagrant without being asked.)
  # config.vm.synced_folder \"./data\", \"/srv/data\"

  # Commands that set the machine up on its first start.
  # config.vm.provision \"shell\", inline: <<-SHELL
  #   apt-get update
  #   apt-get install -y nginx
  # SHELL

  # Several machines: give each a block of its own.
  # config.vm.define \"web\", primary: true do |web|
  #   web.vm.hostname = \"web\"
  # end
";

#[cfg(test)]
mod tests {
    use super::*;

    /// Every case is an answer of Vagrant 2.3.4.
    #[test]
    fn the_code_is_vagrants() {
        let cases: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../../tests/vectors/06_init_template.json"))
                .unwrap();
        assert!(cases.len() > 30);
        for case in cases {
            let input = &case["input"];
            let text = |name: &str| input[name].as_str().map(str::to_owned);
            let args = Args {
                name: text("name").unwrap_or_else(|| "base".to_owned()),
                url: text("url"),
                ignored: Vec::new(),
                box_version: text("box_version"),
                force: false,
                template: None,
                minimal: input["minimal"].as_bool().unwrap(),
                images: false,
                output: String::new(),
            };
            let file = content(&args, None);
            let code: Vec<&str> = file
                .lines()
                .map(str::trim_end)
                .filter(|line| !line.is_empty() && !line.trim_start().starts_with('#'))
                .collect();
            let expected: Vec<&str> = case["lines"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line.as_str().unwrap())
                .collect();
            assert_eq!(code, expected, "{input}");
        }
    }
}
