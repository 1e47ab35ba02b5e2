//! The index of all machines of the user, whatever folder they live in. Vagrant's
//! version 1 format, but replaced atomically under a lock. It is a convenience:
//! a damaged index is set aside and built anew as machines are used, and never
//! keeps a command from working.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::error::Result;
use crate::event::Level;
use crate::host::{FileLock, Host, files};

use super::layout;

/// The box of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexBox {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Provider it was built for.
    pub provider: String,
}

/// One machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexEntry {
    /// Key: 32 hex digits.
    pub id: String,
    /// Name in its Vagrantfile.
    pub name: String,
    /// Provider.
    pub provider: String,
    /// State when a command last looked; see `State::short`.
    pub state: String,
    /// Folder of the Vagrantfile.
    pub vagrantfile_path: PathBuf,
    /// The lab's folder for machine state.
    pub local_data_path: PathBuf,
    /// Box.
    pub box_used: Option<IndexBox>,
}

impl IndexEntry {
    /// Returns the beginning of the id that people see and type.
    pub fn short_id(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }
}

/// The index, opened for one command.
pub struct MachineIndex<'a> {
    host: &'a Host,
    path: PathBuf,
    lock: PathBuf,
}

impl<'a> MachineIndex<'a> {
    /// Returns the user's index. Touches nothing.
    pub fn new(host: &'a Host) -> Self {
        let data = host.dirs.home.join(layout::DATA);
        Self {
            host,
            path: data.join(layout::INDEX),
            lock: data.join(layout::INDEX_LOCK),
        }
    }

    /// Returns all entries, in the order of the file. Damaged entries are left out;
    /// of a file that cannot be read there are none.
    pub fn entries(&self) -> Vec<IndexEntry> {
        let root = self.load().ok().flatten().unwrap_or_default();
        machines(&root)
            .map(|machines| {
                machines
                    .iter()
                    .filter_map(|(id, value)| entry(id, value))
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Returns whether what the file holds is no index. An error means that nobody
    /// knows: the file cannot be read.
    pub fn is_damaged(&self) -> Result<bool> {
        Ok(self.load()?.is_none())
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the labs' folders for machine state, also those that can be made out
    /// in a file that is damaged.
    pub fn labs(&self) -> Vec<PathBuf> {
        const KEY: &str = "\"local_data_path\":";
        let bytes = files::read(&self.path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut found = Vec::new();
        for after in text.split(KEY).skip(1) {
            // The first value of the rest, which need not be whole itself.
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<String>();
            if let Some(Ok(path)) = values.next() {
                found.push(PathBuf::from(path));
            }
        }
        found
    }

    /// Puts a damaged file out of the way, and returns where it is then.
    pub fn set_aside_if_damaged(&self) -> Result<Option<PathBuf>> {
        let _lock = FileLock::take(self.host, &self.lock, |_| {})?;
        if !self.is_damaged()? {
            return Ok(None);
        }
        self.set_aside().map(Some)
    }

    /// Returns the first entry whose id starts with `prefix`.
    pub fn find(&self, prefix: &str) -> Option<IndexEntry> {
        self.entries()
            .into_iter()
            .find(|entry| !prefix.is_empty() && entry.id.starts_with(prefix))
    }

    /// Adds or replaces an entry. Members that rove does not know stay.
    pub fn set(&self, entry: &IndexEntry) -> Result<()> {
        self.change(|machines| {
            let value = machines
                .entry(entry.id.clone())
                .or_insert_with(|| json!({}));
            if !value.is_object() {
                *value = json!({});
            }
            value["local_data_path"] = json!(entry.local_data_path);
            value["name"] = json!(entry.name);
            value["provider"] = json!(entry.provider);
            value["state"] = json!(entry.state);
            if value.get("vagrantfile_name").is_none() {
                value["vagrantfile_name"] = Value::Null;
            }
            value["vagrantfile_path"] = json!(entry.vagrantfile_path);
            if value.get("updated_at").is_none() {
                value["updated_at"] = Value::Null;
            }
            if let Some(used) = &entry.box_used {
                value["extra_data"] = json!({"box": {
                    "name": used.name, "provider": used.provider, "version": used.version,
                }});
            } else if value.get("extra_data").is_none() {
                value["extra_data"] = json!({});
            }
        })
    }

    /// Notes the state of a machine, if it is in the index.
    pub fn set_state(&self, id: &str, state: &str) -> Result<()> {
        self.change(|machines| {
            if let Some(value) = machines.get_mut(id).filter(|value| value.is_object()) {
                value["state"] = json!(state);
            }
        })
    }

    /// Takes a machine out.
    pub fn remove(&self, id: &str) -> Result<()> {
        self.change(|machines| {
            // Not `remove`: that would move the last entry into the gap.
            machines.shift_remove(id);
        })
    }

    fn change(&self, edit: impl FnOnce(&mut Map<String, Value>)) -> Result<()> {
        let _lock = FileLock::take(self.host, &self.lock, |_| {})?;
        let mut root = if let Some(root) = self.load()? {
            root
        } else {
            self.set_aside()?;
            json!({"version": 1, "machines": {}})
        };
        let before = root.clone();
        if let Some(Value::Object(machines)) = root.get_mut("machines") {
            edit(machines);
        }
        if root == before {
            return Ok(());
        }
        files::write_atomic(&self.path, root.to_string().as_bytes())
    }

    /// Returns the parsed file, an empty index if there is none, `None` if it is damaged.
    fn load(&self) -> Result<Option<Value>> {
        let Some(bytes) = files::read_if_exists(&self.path)? else {
            return Ok(Some(json!({"version": 1, "machines": {}})));
        };
        Ok(serde_json::from_slice(&bytes)
            .ok()
            .filter(|root: &Value| root["version"] == 1 || root["version"] == "1")
            .filter(|root| machines(root).is_some()))
    }

    fn set_aside(&self) -> Result<PathBuf> {
        // One that lies there already may be the one with something in it.
        let names = (1..).map(|number| match number {
            1 => "damaged".to_owned(),
            _ => format!("damaged-{number}"),
        });
        let mut paths = names.map(|name| self.path.with_extension(name));
        let free = paths.find(|path| path.symlink_metadata().is_err());
        let aside = free.expect("the numbers do not end");
        files::rename(&self.path, &aside)?;
        self.host.say(
            None,
            Level::Warn,
            format!(
                "the machine index was damaged; it is kept as `{}` and built anew as \
                 machines are used, or at once by `rove repair`",
                aside.display()
            ),
        );
        Ok(aside)
    }
}

fn machines(root: &Value) -> Option<&Map<String, Value>> {
    root.get("machines")?.as_object()
}

fn entry(id: &str, value: &Value) -> Option<IndexEntry> {
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let path = |name: &str| Some(PathBuf::from(value.get(name)?.as_str()?));
    let used = value.get("extra_data").and_then(|extra| extra.get("box"));
    Some(IndexEntry {
        id: id.to_owned(),
        name: text(value, "name"),
        provider: text(value, "provider"),
        state: text(value, "state"),
        vagrantfile_path: path("vagrantfile_path")?,
        local_data_path: path("local_data_path")?,
        box_used: used.map(|used| IndexBox {
            name: text(used, "name"),
            version: text(used, "version"),
            provider: text(used, "provider"),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Dirs;

    fn host(dir: &tempfile::TempDir) -> Host {
        let mut host = Host::system().unwrap();
        host.dirs = Dirs::below(dir.path());
        host
    }

    fn web() -> IndexEntry {
        IndexEntry {
            id: "a1b2".into(),
            name: "web".into(),
            provider: "qemu".into(),
            state: "preparing".into(),
            vagrantfile_path: "/lab".into(),
            local_data_path: "/lab/.rove".into(),
            box_used: Some(IndexBox {
                name: "o/b".into(),
                version: "1".into(),
                provider: "libvirt".into(),
            }),
        }
    }

    #[test]
    fn entries_come_and_go_and_unknown_members_stay() {
        let dir = tempfile::tempdir().unwrap();
        let host = host(&dir);
        let index = MachineIndex::new(&host);
        assert_eq!(index.entries(), []);
        index.set(&web()).unwrap();
        let db = IndexEntry {
            id: "ffff".into(),
            name: "db".into(),
            ..web()
        };
        index.set(&db).unwrap();
        let text = files::read_text(&index.path).unwrap();
        assert!(
            text.starts_with(r#"{"version":1,"machines":{"a1b2":{"#),
            "{text}"
        );
        let text = text.replacen(r#""updated_at":null"#, r#""updated_at":"noon""#, 1);
        files::write_atomic(&index.path, text.as_bytes()).unwrap();
        index.set_state("a1b2", "running").unwrap();
        assert!(files::read_text(&index.path).unwrap().contains("noon"));
        assert_eq!(index.find("a1").unwrap().state, "running");
        index.remove("a1b2").unwrap();
        assert_eq!(index.entries(), [db]);
        index.remove("a1b2").unwrap();
    }

    #[test]
    fn a_damaged_index_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let host = host(&dir);
        let index = MachineIndex::new(&host);
        for damage in [
            "",
            "{",
            "[]",
            r#"{"version":2,"machines":{}}"#,
            r#"{"version":1}"#,
        ] {
            files::write_atomic(&index.path, damage.as_bytes()).unwrap();
            assert_eq!(index.entries(), [], "{damage}");
            index.set(&web()).unwrap();
            assert_eq!(index.entries().len(), 1, "{damage}");
        }
        let kept = files::read_text(&index.path.with_extension("damaged-3")).unwrap();
        assert_eq!(kept, "[]");
    }

    #[test]
    fn an_index_that_cannot_be_read_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let host = host(&dir);
        let index = MachineIndex::new(&host);
        // A folder, since nothing is kept from root by its permissions.
        files::create_dir_all(&index.path).unwrap();
        assert!(index.is_damaged().is_err());
        assert!(index.set(&web()).is_err());
        assert!(index.set_aside_if_damaged().is_err());
        assert!(index.path.is_dir());
    }
}
