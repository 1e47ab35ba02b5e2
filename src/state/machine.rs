//! One machine's folder: what rove knows of it when the hypervisor is silent.
//! Reading never fails as a whole; what is broken is said in the value, so that
//! `status` and `destroy` work on damaged machines.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::ForwardedPort;
use crate::error::Result;
use crate::host::files;

use super::{Journal, Unfinished, layout};

/// Content of `box_meta`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxMeta {
    /// Box.
    pub name: String,
    /// Version.
    pub version: String,
    /// Provider the box was built for.
    pub provider: String,
    /// Its folder; relative to the home of the store it lies in.
    #[serde(default)]
    pub directory: String,
}

/// The folder of one machine under one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineFolder {
    dotfile: PathBuf,
    dir: PathBuf,
}

/// What lies in a machine's folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Id; `None` when there is no machine and none was being made.
    pub id: Option<String>,
    /// Key in the machine index.
    pub index_uuid: Option<String>,
    /// Folder that the Vagrantfile was in.
    pub vagrant_cwd: Option<PathBuf>,
    /// The box it was made from.
    pub box_meta: Option<BoxMeta>,
    /// Path of the private key made for it.
    pub private_key: Option<PathBuf>,
    /// Provisioners that run once have run.
    pub provisioned: bool,
    /// Ports forwarded at the last start.
    pub forwards: Vec<ForwardedPort>,
    /// A command that was broken off.
    pub unfinished: Option<Unfinished>,
    /// What could not be read, a clause each.
    pub faults: Vec<String>,
}

impl MachineFolder {
    /// Returns the folder of `machine` under `provider`, whether it exists or not.
    pub fn new(dotfile: &Path, machine: &str, provider: &str) -> Self {
        Self {
            dotfile: dotfile.to_owned(),
            dir: layout::machine_dir(dotfile, machine, provider),
        }
    }

    /// Returns the lab's folder for machine state.
    pub fn dotfile(&self) -> &Path {
        &self.dotfile
    }

    /// Returns the path; providers keep their files here too.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Returns the path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Returns the provider that a machine of this name lives under, if one does.
    /// Should a crash or an old version have left several, the first by name counts.
    pub fn provider_in_use(dotfile: &Path, machine: &str) -> Option<String> {
        let dir = dotfile.join(layout::MACHINES).join(machine);
        files::list_dir(&dir)
            .unwrap_or_default()
            .into_iter()
            .find(|provider| dir.join(provider).join(layout::ID).is_file())
    }

    /// Returns the names of the machines that have something in the lab's folder.
    pub fn names(dotfile: &Path) -> Vec<String> {
        files::list_dir(&dotfile.join(layout::MACHINES)).unwrap_or_default()
    }

    /// Returns what lies in the folder.
    pub fn read(&self) -> Record {
        let mut record = Record::default();
        record.id = self.read_id(&mut record.faults);
        record.index_uuid = self.text(layout::INDEX_UUID, &mut record.faults);
        record.vagrant_cwd = self
            .text(layout::VAGRANT_CWD, &mut record.faults)
            .map(PathBuf::from);
        record.box_meta = self.json(layout::BOX_META, &mut record.faults);
        record.forwards = self
            .json(layout::FORWARDS, &mut record.faults)
            .unwrap_or_default();
        let key = self.file(layout::PRIVATE_KEY);
        record.private_key = key.is_file().then_some(key);
        record.provisioned = self
            .text(layout::ACTION_PROVISION, &mut record.faults)
            .is_some_and(|sentinel| match sentinel.split_once(':') {
                // Written by Vagrant before 1.5: a time only.
                None => true,
                Some((_, id)) => record.id.as_deref() == Some(id),
            });
        record.unfinished = Journal::read(&self.file(layout::JOURNAL));
        record
    }

    /// Returns just the id, for commands that need nothing else.
    pub fn id(&self) -> Option<String> {
        self.read_id(&mut Vec::new())
    }

    /// A file that is damaged still says that there is a machine, with disks that
    /// somebody wants to keep or to destroy. It goes by its key in the index then,
    /// or else by a name made from its folder.
    fn read_id(&self, faults: &mut Vec<String>) -> Option<String> {
        let fault = match files::read_if_exists(&self.file(layout::ID)) {
            Ok(None) => return None,
            Ok(Some(bytes)) => match String::from_utf8(bytes) {
                Ok(text) if is_plain(text.trim()) => return Some(text.trim().to_owned()),
                _ => format!("`{}` is damaged", layout::ID),
            },
            Err(error) => error.to_string(),
        };
        faults.push(fault);
        let key = self.text(layout::INDEX_UUID, &mut Vec::new());
        key.filter(|key| is_plain(key))
            .or_else(|| Some(layout::stand_in_id(&self.dir)))
    }

    /// Makes what is damaged whole: from `known`, the box that the index has, or by
    /// putting it out of the way. Returns what was done, a clause each.
    pub fn mend(&self, known: Option<&BoxMeta>) -> Result<Vec<String>> {
        let mut done = Vec::new();
        let mut faults = Vec::new();
        if let Some(id) = self.read_id(&mut faults)
            && !faults.is_empty()
        {
            self.write(layout::ID, &id)?;
            done.push(format!("`{}` is made anew", layout::ID));
        }
        if is_bad(|faults| drop(self.text(layout::INDEX_UUID, faults)))
            && let Some(id) = self.id()
        {
            self.write(layout::INDEX_UUID, &id)?;
            done.push(format!("`{}` is made anew", layout::INDEX_UUID));
        }
        if is_bad(|faults| drop(self.json::<BoxMeta>(layout::BOX_META, faults))) {
            if let Some(meta) = known {
                self.set_box(meta)?;
                done.push(format!("`{}` is made anew", layout::BOX_META));
            } else {
                done.push(self.set_aside(layout::BOX_META)?);
            }
        }
        for name in [layout::FORWARDS, layout::SYNCED_FOLDERS] {
            if is_bad(|faults| drop(self.json::<serde_json::Value>(name, faults))) {
                done.push(self.set_aside(name)?);
            }
        }
        for name in [layout::VAGRANT_CWD, layout::ACTION_PROVISION] {
            if is_bad(|faults| drop(self.text(name, faults))) {
                done.push(self.set_aside(name)?);
            }
        }
        Ok(done)
    }

    fn set_aside(&self, name: &str) -> Result<String> {
        let aside = format!("{name}.damaged");
        files::rename(&self.file(name), &self.file(&aside))?;
        Ok(format!("`{name}` is kept as `{aside}`"))
    }

    /// Notes that the making of a machine begins.
    pub fn begin(&self, id: &str, root: &Path, uid: Option<u32>) -> Result<()> {
        let begun = self.write_all(id, root, uid);
        // A machine beside it that is just being removed may have taken the folder,
        // empty as it was, with it.
        if begun.is_err() && !self.dir.is_dir() {
            return self.write_all(id, root, uid);
        }
        begun
    }

    fn write_all(&self, id: &str, root: &Path, uid: Option<u32>) -> Result<()> {
        files::create_dir_all(&self.dir)?;
        // Of a machine that was lost, such as the key to a disk that is gone.
        for old in [
            layout::PRIVATE_KEY,
            layout::ACTION_PROVISION,
            layout::SYNCED_FOLDERS,
        ] {
            files::remove_file(&self.file(old))?;
        }
        self.write(layout::INDEX_UUID, id)?;
        if let Some(uid) = uid {
            self.write(layout::CREATOR_UID, &uid.to_string())?;
        }
        self.set_root(root)?;
        // Last: its presence says that the rest is there.
        self.write(layout::ID, id)
    }

    /// Notes where the Vagrantfile lies.
    pub fn set_root(&self, root: &Path) -> Result<()> {
        self.write(layout::VAGRANT_CWD, &root.to_string_lossy())
    }

    /// Notes the box that the machine is made from.
    pub fn set_box(&self, meta: &BoxMeta) -> Result<()> {
        self.write_json(layout::BOX_META, meta)
    }

    /// Notes the forwarded ports in force.
    pub fn set_forwards(&self, forwards: &[ForwardedPort]) -> Result<()> {
        self.write_json(layout::FORWARDS, &forwards)
    }

    /// Notes that provisioners have run.
    pub fn set_provisioned(&self, id: &str) -> Result<()> {
        self.write(layout::ACTION_PROVISION, &format!("1.5:{id}"))
    }

    /// Notes the synced folders in force (JSON).
    pub fn set_synced_folders(&self, json: &str) -> Result<()> {
        self.write(layout::SYNCED_FOLDERS, json)
    }

    /// Starts the journal of a command; what an earlier one left is replaced.
    /// A command that frees space is `lenient`: a full disk does not stop it.
    pub fn journal(&self, command: &str, lenient: bool) -> Result<Journal> {
        Journal::start(&self.file(layout::JOURNAL), command, lenient)
    }

    /// Removes the folder with everything in it, and the folders above it that
    /// are empty then, up to the lab's own.
    pub fn clear(&self) -> Result<()> {
        // The id goes last: killed on the way, the machine still counts as there
        // and the next `destroy` finishes.
        for name in files::list_dir(&self.dir)? {
            if name != layout::ID {
                let path = self.dir.join(&name);
                if path.is_dir() && !path.is_symlink() {
                    files::remove_dir_all(&path)?;
                } else {
                    files::remove_file(&path)?;
                }
            }
        }
        files::remove_dir_all(&self.dir)?;
        let mut dir = self.dir.as_path();
        // Another machine may begin in a folder above at this moment: the system
        // itself refuses to remove one with anything in it.
        while let Some(parent) = dir.parent() {
            if !parent.starts_with(&self.dotfile) || !files::remove_empty_dir(parent)? {
                break;
            }
            dir = parent;
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        files::write_atomic(&self.file(name), text.as_bytes())
    }

    fn write_json(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value).expect("plain data always becomes JSON");
        self.write(name, &text)
    }

    fn text(&self, name: &str, faults: &mut Vec<String>) -> Option<String> {
        match files::read_text_if_exists(&self.file(name)) {
            Ok(text) => text
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty()),
            Err(error) => {
                faults.push(error.to_string());
                None
            }
        }
    }

    fn json<T: for<'a> Deserialize<'a>>(&self, name: &str, faults: &mut Vec<String>) -> Option<T> {
        let text = self.text(name, faults)?;
        serde_json::from_str(&text)
            .map_err(|error| faults.push(format!("`{name}` is damaged ({error})")))
            .ok()
    }
}

/// Returns whether reading something finds a fault.
fn is_bad(read: impl FnOnce(&mut Vec<String>)) -> bool {
    let mut faults = Vec::new();
    read(&mut faults);
    !faults.is_empty()
}

/// Returns whether a text can be an id: a line of letters, whatever tool made it.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() < 4096 && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(dir: &tempfile::TempDir) -> MachineFolder {
        MachineFolder::new(&dir.path().join(".rove"), "web", "qemu")
    }

    #[test]
    fn machines_that_begin_and_go_side_by_side_leave_each_other_alone() {
        let lab = tempfile::tempdir().unwrap();
        let work = |name: &'static str| {
            let folder = MachineFolder::new(&lab.path().join(".rove"), name, "qemu");
            let root = lab.path().to_path_buf();
            move || {
                for round in 0..200 {
                    folder.begin(&format!("{round}"), &root, None).unwrap();
                    assert_eq!(folder.id().as_deref(), Some(&*format!("{round}")));
                    folder.clear().unwrap();
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(work("a"));
            scope.spawn(work("b"));
        });
        assert!(!lab.path().join(".rove").exists());
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(&dir);
        assert_eq!(folder.read(), Record::default());
        folder.begin("abc", Path::new("/lab"), Some(7)).unwrap();
        folder.set_provisioned("abc").unwrap();
        let meta = BoxMeta {
            name: "org/box".into(),
            version: "1.0".into(),
            provider: "libvirt".into(),
            directory: "boxes/x".into(),
        };
        folder.set_box(&meta).unwrap();
        let record = folder.read();
        assert_eq!(record.id.as_deref(), Some("abc"));
        assert_eq!(record.index_uuid.as_deref(), Some("abc"));
        assert_eq!(record.vagrant_cwd.as_deref(), Some(Path::new("/lab")));
        assert_eq!(record.box_meta, Some(meta));
        assert!(record.provisioned && record.faults.is_empty());
        assert_eq!(
            MachineFolder::provider_in_use(&dir.path().join(".rove"), "web").as_deref(),
            Some("qemu")
        );
    }

    #[test]
    fn damage_is_a_fault_and_no_failure() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(&dir);
        folder.begin("abc", Path::new("/lab"), None).unwrap();
        files::write_atomic(&folder.file(layout::BOX_META), b"{ half").unwrap();
        files::write_atomic(&folder.file(layout::JOURNAL), b"\xff\xfe").unwrap();
        let record = folder.read();
        assert_eq!(record.id.as_deref(), Some("abc"));
        assert_eq!((record.box_meta, record.faults.len()), (None, 1));
    }

    #[test]
    fn a_damaged_id_is_still_a_machine_and_can_be_mended() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(&dir);
        folder.begin("abc", Path::new("/lab"), None).unwrap();
        for damage in [&b""[..], b"\xff\xfe", b"\0\0\0", b" \n"] {
            files::write_atomic(&folder.file(layout::ID), damage).unwrap();
            files::write_atomic(&folder.file(layout::BOX_META), b"{").unwrap();
            let record = folder.read();
            assert_eq!(record.id.as_deref(), Some("abc"));
            assert_eq!(record.faults.len(), 2, "{damage:?}");
            let meta = BoxMeta::default();
            assert_eq!(folder.mend(Some(&meta)).unwrap().len(), 2);
            let record = folder.read();
            assert_eq!((record.faults.len(), record.box_meta), (0, Some(meta)));
        }
        for name in [layout::ID, layout::INDEX_UUID] {
            files::write_atomic(&folder.file(name), b"\xff").unwrap();
        }
        let id = folder.id().unwrap();
        assert_eq!(id.len(), 32);
        assert_eq!(folder.mend(None).unwrap().len(), 2);
        let record = folder.read();
        assert_eq!((record.id, record.index_uuid), (Some(id.clone()), Some(id)));
        assert_eq!(folder.mend(None).unwrap(), [""; 0]);
    }

    #[test]
    fn the_sentinel_of_another_machine_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(&dir);
        folder.begin("new", Path::new("/lab"), None).unwrap();
        folder.set_provisioned("old").unwrap();
        assert!(!folder.read().provisioned);
    }

    #[test]
    fn clearing_leaves_no_empty_folders_but_keeps_neighbours() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(&dir);
        let other = MachineFolder::new(&dir.path().join(".rove"), "db", "qemu");
        for each in [&folder, &other] {
            each.begin("x", Path::new("/lab"), None).unwrap();
        }
        folder.clear().unwrap();
        assert_eq!(MachineFolder::names(&dir.path().join(".rove")), ["db"]);
        other.clear().unwrap();
        assert!(!dir.path().join(".rove").exists() && dir.path().exists());
        other.clear().unwrap();
    }
}
