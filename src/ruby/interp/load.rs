//! `require`, `require_relative`, `load` and `eval` of text.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::{Interp, Label};
use crate::ruby::builtins;
use crate::ruby::error::{Error, Outcome, Unwind};
use crate::ruby::scope::{Env, Scope};
use crate::ruby::symbol::Sym;
use crate::ruby::value::{Class, Value};
use crate::ruby::world::FileType;
use crate::source::SourceFile;

/// A library in Ruby that an embedder brings.
pub struct Library {
    /// What `require` calls it.
    pub name: &'static str,
    /// The text, parsed when a file first names one of its constants.
    pub source: &'static str,
    /// Further names whose `require` succeeds; those that end in `/` stand for
    /// all below them. A file of that name is preferred.
    pub also: Vec<String>,
}

impl Library {
    fn provides(&self, name: &str) -> bool {
        self.also.iter().any(|known| match known.strip_suffix('/') {
            Some(_) => name.starts_with(known),
            None => name == known,
        })
    }
}

impl Interp {
    /// Makes a library known, and the constants that load it, each in its module.
    pub fn add_library(&mut self, library: Library, constants: &[(&Rc<Class>, &str)]) {
        for (module, constant) in constants {
            let entry = (Sym::new(constant), library.name.to_owned());
            module.autoloads.borrow_mut().push(entry);
        }
        self.libraries.push(library);
    }

    /// Loads a library by its name, if it was not loaded before.
    pub fn load_library(&mut self, name: &str) -> Outcome {
        self.require(name)
    }

    /// Returns a path as the file methods take it.
    pub(in crate::ruby) fn absolute(&self, path: &str) -> PathBuf {
        self.world.cwd().join(path)
    }

    /// Loads a file, again if it was loaded before.
    pub(in crate::ruby) fn load_file(&mut self, path: &Path, shown: &str) -> Outcome {
        match self.read_source(path) {
            Ok(file) => self.run_file(&file, Label::Required),
            Err(Error::Read { .. }) => {
                Err(self.raise("LoadError", format!("cannot load such file -- {shown}")))
            }
            Err(_) => Err(Unwind::Interrupted.into()),
        }
    }

    /// Loads a library of Ruby's or a file, once.
    pub(in crate::ruby) fn require(&mut self, name: &str) -> Outcome {
        let plain = name.strip_suffix(".rb").unwrap_or(name);
        if self.loaded.iter().any(|known| known == plain) {
            return Ok(Value::Bool(false));
        }
        if let Some(library) = self.libraries.iter().find(|one| one.name == plain) {
            let (name, source) = (library.name, library.source);
            self.run_library(name, source)?;
            return Ok(Value::Bool(true));
        }
        if builtins::is_library(plain) {
            self.loaded.push(plain.to_owned());
            if let Some((library, source)) = builtins::source(plain) {
                self.run_library(library, source)?;
            }
            return Ok(Value::Bool(true));
        }
        let path = Path::new(name);
        let direct = path.is_absolute()
            || name.starts_with("./")
            || name.starts_with("../")
            || name.starts_with('~');
        let candidates: Vec<PathBuf> = if direct {
            vec![self.expand_path(name, None)]
        } else {
            let load_path = self
                .globals
                .get(&Sym::new("$LOAD_PATH"))
                .cloned()
                .unwrap_or_default();
            let mut folders = Vec::new();
            for folder in load_path.as_array().unwrap_or_default() {
                let folder = self.text(&folder)?;
                folders.push(self.absolute(&folder).join(name));
            }
            folders
        };
        for candidate in candidates {
            if let Some(answer) = self.require_path(&candidate)? {
                return Ok(answer);
            }
        }
        if let Some(library) = self.libraries.iter().find(|one| one.provides(plain)) {
            let (library, source) = (library.name, library.source);
            self.loaded.push(plain.to_owned());
            self.run_library(library, source)?;
            return Ok(Value::Bool(true));
        }
        let flow = self.raise("LoadError", format!("cannot load such file -- {name}"));
        if let Some(error) = flow.exception() {
            let error = error.clone();
            self.ivar_set(&error, Sym::new("@path"), Value::str(name))?;
        }
        Err(flow)
    }

    /// Runs a library that is written in Ruby, once.
    fn run_library(&mut self, library: &str, source: &str) -> Outcome<()> {
        let key = format!("<library {library}>");
        if self.loaded.contains(&key) {
            return Ok(());
        }
        self.loaded.push(key.clone());
        // Its constants are about to be there; nothing may load it again.
        let object = Rc::clone(&self.core.object);
        object
            .autoloads
            .borrow_mut()
            .retain(|(_, known)| known != library);
        let file = SourceFile::new(key, source);
        let outer = std::mem::replace(&mut self.in_library, true);
        let result = self.run_file(&file, Label::Required);
        self.in_library = outer;
        result.map(|_| ())
    }

    /// Loads a file by its path, with or without `.rb`, once.
    pub(in crate::ruby) fn require_path(&mut self, path: &Path) -> Outcome<Option<Value>> {
        let mut with_ending = path.as_os_str().to_owned();
        with_ending.push(".rb");
        for candidate in [PathBuf::from(with_ending), path.to_path_buf()] {
            let is_file = self
                .world
                .facts(&candidate, true)
                .is_ok_and(|facts| facts.file_type == FileType::File);
            if !is_file || candidate.extension().is_none_or(|ending| ending != "rb") {
                continue;
            }
            let key = candidate.to_string_lossy().into_owned();
            if self.loaded.contains(&key) {
                return Ok(Some(Value::Bool(false)));
            }
            self.loaded.push(key.clone());
            let result = self.load_file(&candidate, &key);
            if result.is_err() {
                self.loaded.retain(|known| *known != key);
            }
            result?;
            return Ok(Some(Value::Bool(true)));
        }
        Ok(None)
    }

    /// Evaluates text where `env` is; new variables stay in the scope returned.
    pub(in crate::ruby) fn eval_text(
        &mut self,
        text: &str,
        env: &Env,
        name: &str,
        line: i64,
    ) -> Outcome<(Value, Rc<Scope>)> {
        // Lines before the text, so that places are counted as the program says.
        let blank = usize::try_from(line - 1).unwrap_or(0).min(100_000);
        let file: Arc<SourceFile> = SourceFile::new(name, format!("{}{text}", "\n".repeat(blank)));
        let body = match crate::ruby::parse::file(&file, &env.scope.all_names()) {
            Ok(body) => body,
            Err(problems) => return Err(self.syntax_error(&problems)),
        };
        let scope = Scope::new(&body.locals, Some(Rc::clone(&env.scope)));
        let old = &env.frame;
        let frame = Rc::new(crate::ruby::scope::Frame {
            this: old.this.clone(),
            method: old.method.clone(),
            cref: Rc::clone(&old.cref),
            definee: old.definee.clone(),
            block: old.block.clone(),
            visibility: std::cell::Cell::new(old.visibility.get()),
            module_function: std::cell::Cell::new(false),
            file: Arc::clone(&file),
        });
        let inner = Env {
            frame,
            scope: Rc::clone(&scope),
        };
        let label = match &old.method {
            Some((name, _)) => Label::Method(*name),
            None => Label::Main,
        };
        let value = self.enter(label, &file, |interp| interp.eval(&body.code, &inner))?;
        Ok((value, scope))
    }

    /// Returns an absolute path without `.` and `..`; `~` is the home folder.
    pub(in crate::ruby) fn expand_path(&self, path: &str, base: Option<&str>) -> PathBuf {
        let home = || {
            self.world
                .env("HOME")
                .map_or_else(|| self.world.user().home, PathBuf::from)
        };
        let from_home = |path: &str| -> Option<PathBuf> {
            match path.strip_prefix('~') {
                Some("") => Some(home()),
                Some(rest) if rest.starts_with('/') => {
                    Some(home().join(rest.trim_start_matches('/')))
                }
                _ => None,
            }
        };
        let full = from_home(path).unwrap_or_else(|| match base {
            Some(base) => {
                let base = from_home(base).unwrap_or_else(|| self.world.cwd().join(base));
                base.join(path)
            }
            None => self.world.cwd().join(path),
        });
        clean_path(&full)
    }
}

/// Returns an absolute path without `.` and `..`.
pub(in crate::ruby) fn clean_path(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            std::path::Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}
