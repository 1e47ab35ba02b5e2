//! What loading a case of `tests/vagrantfiles` needs, for the test and the measurement.

use std::path::Path;
use std::sync::Arc;

use rove::event::Silent;
use rove::host::{Cancel, Dirs, Env, Host, SystemClock, SystemRunner};

/// Returns a host as the recorded evaluations had one.
pub(crate) fn host(project: &Path, home: &Path) -> Host {
    let path = std::env::var("PATH").unwrap_or_default();
    let env = Env::of([
        ("PATH", path.as_str()),
        ("HOME", &home.to_string_lossy()),
        ("USER", "nobody"),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
        ("ROVE_PLUGINS", "vagrant-libvirt"),
        ("ROVE_TRUST", "1"),
        ("ROVE_PROVIDERS", "virtualbox,hyperv,docker,libvirt"),
    ]);
    let cancel = Cancel::new();
    Host {
        runner: Arc::new(SystemRunner::new(cancel.clone())),
        clock: Arc::new(SystemClock::new(cancel.clone())),
        cancel,
        env: Arc::new(env),
        cwd: project.to_path_buf(),
        dirs: Dirs::below(home),
        listener: Arc::new(Silent),
    }
}

/// Copies a case without what is expected of it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "expected.json" {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
