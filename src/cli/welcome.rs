//! `rove` alone: the first screen a new user sees. It says what to type next.

use std::path::Path;

use crate::ui::Ui;

/// Prints the first screen. Exit code 1, as for Vagrant without a command.
pub(super) fn print(ui: &Ui, cwd: Option<&Path>) -> i32 {
    let found = cwd.and_then(nearest_vagrantfile);
    ui.print_data(&text(found.as_deref()));
    1
}

fn text(vagrantfile: Option<&Path>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let first = match vagrantfile {
        Some(path) => format!(
            "There is a lab here: {}\n\n  \
             rove plan            see what `up` would do\n  \
             rove up              bring its machines up\n",
            path.display()
        ),
        None => "There is no Vagrantfile here yet. To start:\n\n  \
             rove init NAME       write one for the box NAME (or bring your own)\n  \
             rove up              bring its machines up\n"
            .to_owned(),
    };
    format!(
        "rove {version}: builds the lab that a Vagrantfile describes\n\n{first}  \
         rove status          see what runs\n  \
         rove ssh             log in\n  \
         rove halt            power off, keep the disks\n  \
         rove destroy         remove the machines\n\n\
         All commands: rove --help\n"
    )
}

/// The name is fixed here; commands that load the file honour the variables.
fn nearest_vagrantfile(cwd: &Path) -> Option<std::path::PathBuf> {
    cwd.ancestors()
        .flat_map(|dir| ["Vagrantfile", "vagrantfile"].map(|name| dir.join(name)))
        .find(|path| path.is_file())
}
