//! `config.vm.cloud_init` as typed data.

use std::path::PathBuf;

use crate::config::{CloudInit, CloudInitContent};

use super::plain::plain;
use crate::vagrantfile::layers::Machine;
use crate::vagrantfile::schema::State;

/// Returns what cloud-init is told; parts that `check` has something against are
/// left out. `expand` makes paths absolute.
pub(super) fn all(machine: &Machine, expand: impl Fn(&str) -> PathBuf) -> Vec<CloudInit> {
    let parts = machine.root.section("vm").and_then(State::vm);
    let said = parts.map_or(&[][..], |parts| &parts.cloud_inits);
    said.iter()
        .filter_map(|state| part(state, &expand))
        .collect()
}

fn part(state: &State, expand: &impl Fn(&str) -> PathBuf) -> Option<CloudInit> {
    let text = |name: &str| plain(&state.get(name)).as_str().map(str::to_owned);
    let content = match (text("inline"), text("path")) {
        (Some(inline), _) => CloudInitContent::Inline(inline),
        (None, Some(path)) => CloudInitContent::File(expand(&path)),
        (None, None) => return None,
    };
    Some(CloudInit {
        content_type: text("content_type")?,
        content,
    })
}
