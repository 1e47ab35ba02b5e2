//! Vagrant's plugins whose work rove does itself, or whose settings it reads:
//! files find them installed. `docs/plugins.md` has the table for users.

use std::cell::RefCell;

use crate::boxes::{Constraint, Version};
use crate::host::{Host, variables};

/// A plugin as files ask about it.
pub(super) struct Plugin {
    /// Name of the gem.
    name: &'static str,
    /// The version that stands for it.
    version: &'static str,
    /// Its sections of the configuration.
    sections: &'static [&'static str],
    /// Its provisioners.
    provisioners: &'static [&'static str],
}

const fn plugin(
    name: &'static str,
    version: &'static str,
    sections: &'static [&'static str],
    provisioners: &'static [&'static str],
) -> Plugin {
    Plugin {
        name,
        version,
        sections,
        provisioners,
    }
}

const PROXIES: &[&str] = &[
    "proxy",
    "apt_proxy",
    "chef_proxy",
    "docker_proxy",
    "env_proxy",
    "git_proxy",
    "npm_proxy",
    "pear_proxy",
    "svn_proxy",
    "yum_proxy",
];

/// All of them, in the order of the alphabet. `vagrant-triggers` is not among
/// them: Vagrant's own triggers took its place, in another syntax.
const ALL: &[Plugin] = &[
    plugin("vagrant-aws", "0.7.2", &[], &[]),
    plugin("vagrant-cachier", "1.2.1", &["cache"], &[]),
    plugin("vagrant-disksize", "0.1.3", &["disksize"], &[]),
    plugin("vagrant-docker-compose", "1.5.1", &[], &["docker_compose"]),
    plugin("vagrant-env", "0.0.3", &["env"], &[]),
    plugin("vagrant-host-shell", "0.0.4", &[], &["host_shell"]),
    plugin(
        "vagrant-hostmanager",
        "1.8.10",
        &["hostmanager"],
        &["hostmanager"],
    ),
    plugin("vagrant-hosts", "2.9.0", &[], &["hosts"]),
    plugin("vagrant-hostsupdater", "1.2.4", &["hostsupdater"], &[]),
    plugin("vagrant-libvirt", "0.11.2", &[], &[]),
    plugin("vagrant-lxc", "1.4.3", &[], &[]),
    plugin("vagrant-mutate", "1.2.0", &[], &[]),
    plugin(
        "vagrant-persistent-storage",
        "0.0.49",
        &["persistent_storage"],
        &[],
    ),
    plugin("vagrant-proxyconf", "2.0.10", PROXIES, &[]),
    plugin("vagrant-qemu", "0.3.6", &[], &[]),
    plugin("vagrant-reload", "0.0.1", &[], &["reload"]),
    plugin("vagrant-scp", "0.5.9", &[], &[]),
    plugin("vagrant-sshfs", "1.3.7", &[], &[]),
    plugin("vagrant-timezone", "1.3.0", &["timezone"], &[]),
    plugin("vagrant-vbguest", "0.32.0", &["vbguest"], &[]),
    plugin("vagrant-winrm", "0.7.0", &[], &[]),
];

/// The plugins that are there for one load.
#[derive(Clone, Debug)]
pub(super) struct Plugins {
    names: Vec<String>,
    /// Sections and provisioners that plugins in the files themselves declare.
    declared: RefCell<Vec<String>>,
}

impl Plugins {
    /// Returns what `ROVE_PLUGINS` lists; where it is not set, all that rove
    /// stands for.
    pub(super) fn of(host: &Host) -> Self {
        let given = host
            .env
            .all()
            .find(|(name, _)| *name == variables::ROVE_PLUGINS);
        Self {
            names: match given {
                Some((_, names)) => split(names).collect(),
                None => ALL.iter().map(|plugin| plugin.name.to_owned()).collect(),
            },
            declared: RefCell::default(),
        }
    }

    /// Returns their names.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Notes that a plugin in a file brings this section or provisioner.
    pub(super) fn declare(&self, name: &str) {
        self.declared.borrow_mut().push(name.to_owned());
    }

    /// Tells whether a plugin in a file brings this section or provisioner.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.declared.borrow().iter().any(|known| known == name)
    }

    fn present(&self) -> impl Iterator<Item = &'static Plugin> {
        ALL.iter()
            .filter(|plugin| self.names.iter().any(|name| name == plugin.name))
    }

    /// Answers `Vagrant.has_plugin?`. One that was listed and is not known meets
    /// every constraint.
    pub(super) fn has(&self, name: &str, constraint: Option<&Constraint>) -> bool {
        if !self.names.iter().any(|known| known == name) {
            return false;
        }
        let known = self.present().find(|plugin| plugin.name == name);
        let version = known.and_then(|plugin| plugin.version.parse::<Version>().ok());
        match (constraint, version) {
            (Some(constraint), Some(version)) => constraint.matches(&version),
            _ => true,
        }
    }

    /// Tells whether one of them has this section.
    pub(super) fn has_section(&self, name: &str) -> bool {
        self.is_declared(name) || self.present().any(|plugin| plugin.sections.contains(&name))
    }

    /// Tells whether one of them has this provisioner.
    pub(super) fn has_provisioner(&self, kind: &str) -> bool {
        self.present()
            .any(|plugin| plugin.provisioners.contains(&kind))
    }
}

/// Returns the names of a list with commas.
pub(super) fn split(names: &str) -> impl Iterator<Item = String> {
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sound() {
        let names: Vec<&str> = ALL.iter().map(|plugin| plugin.name).collect();
        assert!(names.is_sorted());
        for plugin in ALL {
            assert!(plugin.version.parse::<Version>().is_ok(), "{}", plugin.name);
        }
    }

    #[test]
    fn what_is_listed_is_there() {
        let plugins = Plugins {
            names: vec!["vagrant-libvirt".to_owned(), "mine".to_owned()],
            declared: RefCell::default(),
        };
        let has = |name, constraint: &str| {
            let constraint = (!constraint.is_empty()).then(|| constraint.parse().unwrap());
            plugins.has(name, constraint.as_ref())
        };
        assert!(has("vagrant-libvirt", ""));
        assert!(has("vagrant-libvirt", ">= 0.1, < 1"));
        assert!(!has("vagrant-libvirt", ">= 9"));
        assert!(has("mine", ">= 9"));
        assert!(!has("vagrant-vbguest", ""));
        assert!(!plugins.has_section("vbguest"));
    }
}
