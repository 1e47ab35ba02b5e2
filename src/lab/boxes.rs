//! The boxes of the machines of a lab, for commands that look after boxes.

use std::path::Path;

use crate::boxes::making::Figures;
use crate::boxes::{Installed, Request, Store};
use crate::error::Result;
use crate::host::Host;
use crate::vagrantfile::{LoadRequest, load};

use super::open::{Wish, open_for, provider_of};
use super::resolve::{Effort, request, resolve};

/// The box of one machine.
#[derive(Clone, Debug)]
pub struct MachineBox {
    /// Machine.
    pub machine: String,
    /// What the Vagrantfile asks for.
    pub request: Request,
    /// The newest box in the store that it allows.
    pub installed: Option<Installed>,
    /// Version of the box that the machine was made from, if it lives.
    pub lives_on: Option<String>,
}

/// Returns the boxes of machines; of all when `targets` is empty. Machines
/// without a box are left out.
pub fn machine_boxes(host: &Host, targets: &[String]) -> Result<Vec<MachineBox>> {
    let (mut opened, targets) = open_for(host, targets, &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    resolve(host, &mut opened, &machines, Effort::Look)?;
    let store = Store::open(host);
    let at_lab = Host {
        cwd: opened.lab.root.clone(),
        ..host.clone()
    };
    let mut found = Vec::new();
    for config in machines.iter().filter_map(|name| opened.machine(name)) {
        let Some(asked) = &config.box_request else {
            continue;
        };
        let providers = provider_of(config)?.capabilities().box_providers;
        let request = request(&at_lab, config, asked, providers)?;
        let installed = store.find(
            &asked.name,
            &request.constraint,
            &request.providers,
            &request.architecture,
        )?;
        let record = opened.folder(config).read();
        let lives_on = record.id.and(record.box_meta).map(|meta| meta.version);
        found.push(MachineBox {
            machine: config.name.clone(),
            request,
            installed,
            lives_on,
        });
    }
    Ok(found)
}

/// Returns the size that the Vagrantfile of a box gives its machines. A file that
/// cannot be read here says nothing; whoever uses the box is told.
pub fn figures_in_box(host: &Host, dir: &Path) -> Figures {
    if !dir.join("Vagrantfile").is_file() {
        return Figures::default();
    }
    let request = LoadRequest {
        start: dir.to_owned(),
        ..LoadRequest::default()
    };
    let loaded = load(host, &request).ok();
    let machine = loaded.and_then(|loaded| loaded.lab.machines.into_iter().next());
    machine.map_or_else(Figures::default, |machine| Figures {
        cpus: machine.size.cpus.map(|cpus| cpus.value),
        memory_mib: machine.size.memory_mib.map(|memory| memory.value),
    })
}
