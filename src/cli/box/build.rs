//! `rove box build`: runs a recipe, which makes a box from a distribution's packages.

use std::path::PathBuf;

use crate::cli::Context;
use crate::error::{Explain, Kind, Result};
use crate::event::Level;
use crate::host::{Exit, files};
use crate::op::Cmd;

/// Arguments of `rove box build`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Name of the recipe
    #[arg(value_name = "RECIPE")]
    recipe: String,
    /// Folder with the recipes and their program `build`
    #[arg(long, value_name = "FOLDER", default_value = "boxes")]
    recipes: PathBuf,
    /// Folder for the box file and its catalog
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    output: PathBuf,
    /// Build anew, with the newest packages
    #[arg(short, long)]
    force: bool,
}

/// A recipe cannot be run.
#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error("there are no recipes in `{}`", recipes.display())]
    NoRecipes { recipes: PathBuf },
    #[error("the recipe `{recipe}` failed")]
    Failed { recipe: String },
}

impl Explain for BuildError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoRecipes { .. } => Kind::User,
            Self::Failed { .. } => Kind::External,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoRecipes { .. } => vec![
                "rove's source has them in `boxes/`; `--recipes FOLDER` says where they are"
                    .to_owned(),
            ],
            Self::Failed { .. } => vec![
                "the builder's own words are above; `boxes/README.md` says what it needs"
                    .to_owned(),
            ],
        }
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<i32> {
    let host = &context.host;
    let recipes = host.cwd.join(&args.recipes);
    let builder = recipes.join("build");
    if !builder.is_file() {
        let recipes = args.recipes.clone();
        return Err(BuildError::NoRecipes { recipes }.into());
    }
    let output = host.cwd.join(&args.output);
    files::create_dir_all(&output)?;
    let mut cmd = Cmd::new("bash").arg(&builder);
    if args.force {
        cmd = cmd.arg("--force");
    }
    cmd = cmd
        .arg(&args.recipe)
        .env("ROVE_BOXES_OUT", &output)
        .ending_with_rove();
    let exit = host.runner.run_lines(&cmd, &mut |_, line| {
        context.ui.say(None, Level::Output, line);
    })?;
    if exit != Exit::Code(0) {
        let recipe = args.recipe.clone();
        return Err(BuildError::Failed { recipe }.into());
    }
    context.ui.settle();
    let catalog = args.output.join(format!("{}.json", args.recipe));
    let text = format!(
        "`rove box add {}` takes the box.",
        crate::op::quote(&catalog.to_string_lossy())
    );
    context.ui.say(None, Level::Success, &text);
    Ok(0)
}
