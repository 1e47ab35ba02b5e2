//! Templates for `rove init --template`: ERB, rendered by rove's own Ruby, which
//! reaches nothing of this host.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::error::{Explain, Kind, Result};
use crate::host::files;
use crate::ruby::{Interp, Memory};
use crate::source::SourceFile;

/// A template cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum TemplateError {
    /// There is none.
    #[error("there is no template `{}`", path.display())]
    NotFound {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Its code fails.
    #[error("the template `{}` fails: {reason}", path.display())]
    Fails {
        /// The template.
        path: PathBuf,
        /// What Ruby says.
        reason: String,
    },
}

impl Explain for TemplateError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound { .. } => Kind::User,
            Self::Fails { .. } => Kind::Config,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { .. } => {
                vec!["a template is an ERB file; `.erb` at the end may be left out".to_owned()]
            }
            Self::Fails { .. } => {
                vec!["it may use `box_name`, `box_url` and `box_version`".to_owned()]
            }
        }
    }

    fn vagrant_class(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { .. } => Some("Vagrant::Errors::VagrantfileTemplateNotFoundError"),
            Self::Fails { .. } => None,
        }
    }
}

/// Renders a template with the variables that Vagrant's have.
pub(super) fn render(
    cwd: &Path,
    name: &str,
    box_name: &str,
    box_url: Option<&str>,
    box_version: Option<&str>,
) -> Result<String> {
    let name = name.strip_suffix(".erb").unwrap_or(name);
    let path = cwd.join(format!("{name}.erb"));
    if !path.is_file() {
        return Err(TemplateError::NotFound { path }.into());
    }
    let template = files::read_text(&path)?;
    let program = format!(
        "require \"erb\"\nbox_name = {}\nbox_url = {}\nbox_version = {}\n\
         print ERB.new({}, trim_mode: \"-\").result(binding)\n",
        literal(Some(box_name)),
        literal(box_url),
        literal(box_version),
        literal(Some(&template)),
    );
    let world = Rc::new(Memory::default());
    let mut interp = Interp::new(world.clone());
    match interp.eval_source(SourceFile::new(&path, program)) {
        Ok(_) => Ok(world.output()),
        Err(error) => Err(TemplateError::Fails {
            path,
            reason: error.to_string(),
        }
        .into()),
    }
}

/// Returns a text as a Ruby literal.
fn literal(text: Option<&str>) -> String {
    match text {
        None => "nil".to_owned(),
        Some(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_code_are_rendered() {
        let dir = tempfile::tempdir().unwrap();
        let text = "b=<%= box_name %> v=<%= box_version.inspect %>\n<% if box_url -%>\nu='<%= box_url %>'\n<% end -%>\n";
        files::write_atomic(&dir.path().join("t.erb"), text.as_bytes()).unwrap();
        let shown = render(dir.path(), "t", "it's", Some("u"), None).unwrap();
        assert_eq!(shown, "b=it's v=nil\nu='u'\n");
        assert!(render(dir.path(), "nope.erb", "x", None, None).is_err());
    }
}
