//! Where rove's own files are, decided once from the environment.

use std::path::{Path, PathBuf};

use super::env::{Env, variables};

/// Folders of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// Rove's data: `ROVE_HOME`, else Vagrant's home where state is shared with it
    /// (`ROVE_COMPAT`), else the platform's folder for application data.
    pub home: PathBuf,
    /// Vagrant's home (`VAGRANT_HOME`, else `~/.vagrant.d`): read, and written only
    /// where it is `home` too.
    pub vagrant_home: Option<PathBuf>,
    /// For sockets and other files that need not outlive the host's boot.
    /// Short, because a Unix socket's path must be under 108 bytes (unix(7)).
    pub runtime: PathBuf,
    /// The user's home folder.
    pub user: Option<PathBuf>,
}

impl Dirs {
    /// Returns the folders; relative paths in variables count from `cwd`.
    pub fn from_env(env: &Env, cwd: &Path) -> Self {
        let user = env.path(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        let data = if cfg!(windows) {
            env.path("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            user.as_ref()
                .map(|user| user.join("Library/Application Support"))
        } else {
            // XDG base directory specification: relative values are to be ignored.
            env.path("XDG_DATA_HOME")
                .filter(|path| path.is_absolute())
                .or_else(|| user.as_ref().map(|user| user.join(".local/share")))
        };
        let vagrant_home = env
            .path(variables::VAGRANT_HOME)
            .map(|home| cwd.join(home))
            .or_else(|| user.as_ref().map(|user| user.join(".vagrant.d")));
        let home = env
            .path(variables::ROVE_HOME)
            .map(|home| cwd.join(home))
            .or_else(|| vagrant_home.clone().filter(|_| env.is_compat()))
            .or_else(|| data.map(|data| data.join("rove")))
            .unwrap_or_else(|| std::env::temp_dir().join("rove"));
        Self {
            runtime: runtime(env),
            home,
            vagrant_home,
            user,
        }
    }

    /// Returns the same folders below `root`, for tests.
    pub fn below(root: &Path) -> Self {
        Self {
            home: root.join("home"),
            vagrant_home: None,
            runtime: root.join("run"),
            user: Some(root.join("user")),
        }
    }
}

#[cfg(unix)]
fn runtime(env: &Env) -> PathBuf {
    let uid = rustix::process::getuid().as_raw();
    let given = env
        .path("XDG_RUNTIME_DIR")
        .filter(|path| path.is_absolute() && path.is_dir() && path.as_os_str().len() < 40);
    given.map_or_else(
        || PathBuf::from(format!("/tmp/rove-{uid}")),
        |path| path.join("rove"),
    )
}

#[cfg(not(unix))]
fn runtime(_: &Env) -> PathBuf {
    std::env::temp_dir().join("rove")
}
