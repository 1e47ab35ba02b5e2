//! How long a lab's boxes will be there: where each comes from, whether it is there
//! now, whether its bytes are locked, and which of its places are going to end.

use crate::boxes::lock::{LockFile, Locked, path_for};
use crate::boxes::{Checksum, Request, Store, found_everywhere, name, resolve as find, there};
use crate::error::Result;
use crate::host::Host;

use super::open::{Wish, open_for, provider_of};
use super::resolve::{Effort, request, resolve};

/// What is known of one box of a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxOutlook {
    /// Name.
    pub name: String,
    /// Versions that will do; any when empty.
    pub constraint: String,
    /// Machines that are made from it.
    pub machines: Vec<String>,
    /// Version in the store.
    pub installed: Option<String>,
    /// Its entry in the lock file.
    pub locked: Option<Locked>,
    /// Every place that could have it, in the order in which they are asked.
    pub places: Vec<PlaceOutlook>,
}

/// One place of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOutlook {
    /// Where.
    pub place: String,
    /// Who says that it may be there.
    pub said_by: String,
    /// Version that is there, or why none is.
    pub answer: Result<String, String>,
    /// The day on which the place ends, where that is known.
    pub ends: Option<&'static str>,
}

/// What can be said of a box's future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Its bytes are locked, and somewhere that is not known to end.
    Safe,
    /// It is somewhere that stays, and whatever is there under its version is taken.
    NotLocked,
    /// All places that have it are going to end.
    Ending,
    /// It is nowhere but in the store of this computer.
    HereOnly,
    /// It is nowhere.
    Gone,
}

impl Outlook {
    /// Returns the word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::NotLocked => "not-locked",
            Self::Ending => "ending",
            Self::HereOnly => "here-only",
            Self::Gone => "gone",
        }
    }
}

impl BoxOutlook {
    /// Returns what can be said of its future.
    pub fn outlook(&self) -> Outlook {
        let has = |place: &&PlaceOutlook| place.answer.is_ok();
        let stays = |place: &PlaceOutlook| place.answer.is_ok() && place.ends.is_none();
        let is_locked = self
            .locked
            .as_ref()
            .is_some_and(|locked| locked.checksum.is_some());
        match self.places.iter().find(has) {
            None if self.installed.is_some() => Outlook::HereOnly,
            None => Outlook::Gone,
            Some(_) if !self.places.iter().any(stays) => Outlook::Ending,
            Some(_) if is_locked => Outlook::Safe,
            Some(_) => Outlook::NotLocked,
        }
    }

    /// Returns the commands that make it safe, in order.
    pub fn commands(&self) -> Vec<String> {
        let name = crate::op::quote(&self.name);
        match self.outlook() {
            Outlook::Safe => Vec::new(),
            Outlook::NotLocked => vec!["rove lock".to_owned()],
            Outlook::Ending => vec![
                "rove lock".to_owned(),
                format!("rove box mirror {name} --to FOLDER"),
            ],
            Outlook::HereOnly => vec![format!("rove box mirror --installed {name} --to FOLDER")],
            Outlook::Gone => vec![format!("rove box where {name}")],
        }
    }
}

/// Looks at every box of the lab. Asks all places; fetches no box.
pub fn outlook(host: &Host) -> Result<Vec<BoxOutlook>> {
    let (mut opened, targets) = open_for(host, &[], &Wish::default())?;
    let machines = opened.several(&targets, false)?;
    opened.policy.by_file_alone = true;
    resolve(host, &mut opened, &machines, Effort::Look)?;
    let lock = LockFile::read(&path_for(&opened.lab.vagrantfile))?.unwrap_or_default();
    let at_lab = Host {
        cwd: opened.lab.root.clone(),
        ..host.clone()
    };
    let store = Store::open(host);
    let mut found: Vec<(Request, BoxOutlook)> = Vec::new();
    for config in machines.iter().filter_map(|name| opened.machine(name)) {
        let Some(asked) = &config.box_request else {
            continue;
        };
        let providers = provider_of(config)?.capabilities().box_providers;
        let mut request = request(&at_lab, config, asked, providers)?;
        request.machine = None;
        let same = |(other, _): &&mut (Request, BoxOutlook)| {
            (&other.name, &other.urls, &other.providers)
                == (&request.name, &request.urls, &request.providers)
                && other.constraint.to_string() == request.constraint.to_string()
        };
        if let Some((_, outlook)) = found.iter_mut().find(same) {
            outlook.machines.push(config.name.clone());
            continue;
        }
        let installed = store.find(
            &asked.name,
            &request.constraint,
            &request.providers,
            &request.architecture,
        )?;
        let locked = lock.find(&request).cloned();
        let outlook = BoxOutlook {
            name: asked.name.clone(),
            constraint: asked.version.clone(),
            machines: vec![config.name.clone()],
            installed: installed.map(|installed| installed.version),
            places: places(&at_lab, &request, locked.as_ref())?,
            locked,
        };
        found.push((request, outlook));
    }
    Ok(found.into_iter().map(|(_, outlook)| outlook).collect())
}

fn places(host: &Host, request: &Request, locked: Option<&Locked>) -> Result<Vec<PlaceOutlook>> {
    let mut request = request.clone();
    let mut places = Vec::new();
    if let Some(locked) = locked {
        // Other bytes, or another version, are not what the lab was made with.
        request.constraint = format!("= {}", locked.version).parse()?;
        let sum = locked.checksum.as_deref().map(Checksum::written);
        request.checksum = sum.transpose()?;
        if let Some(url) = &locked.url {
            places.push(PlaceOutlook {
                place: url.clone(),
                said_by: "Vagrantfile.lock".to_owned(),
                answer: answer(there(host, &request, url).map(|()| locked.version.clone())),
                ends: ends(url),
            });
        }
    }
    let name = request.name.clone().unwrap_or_default();
    if !request.urls.is_empty() || !name::is_box_name(&name) {
        let place = request.urls.first().unwrap_or(&name).clone();
        let found = find(host, &request).and_then(|candidate| {
            let url = candidate.places.first().map(ToString::to_string);
            there(host, &request, &url.unwrap_or_default())?;
            Ok(candidate.version)
        });
        places.push(PlaceOutlook {
            ends: ends(&place),
            place,
            said_by: "Vagrantfile".to_owned(),
            answer: answer(found),
        });
        return Ok(places);
    }
    for asked in found_everywhere(host, &request, &name)? {
        let Some(found) = asked.answer else {
            // Its source is not for this name.
            continue;
        };
        let mut address = String::new();
        let found = found.and_then(|candidate| {
            address = candidate
                .places
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            there(host, &request, &address)?;
            Ok(candidate.version)
        });
        places.push(PlaceOutlook {
            ends: ends(&asked.way.source.place).or_else(|| ends(&address)),
            place: asked.way.source.place,
            said_by: asked.way.source.said_by,
            answer: answer(found),
        });
    }
    Ok(places)
}

fn answer(found: Result<String>) -> Result<String, String> {
    found.map_err(|failure| failure.to_string())
}

/// Returns the day on which a place ends: HashiCorp's notice on Vagrant Cloud.
fn ends(address: &str) -> Option<&'static str> {
    let host = url::Url::parse(address).ok()?;
    name::is_vagrant_cloud(host.host_str()?).then_some("2027-06-07")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_follows_from_what_is_there() {
        let place = |answer: bool, ends| PlaceOutlook {
            place: "p".to_owned(),
            said_by: "s".to_owned(),
            answer: if answer {
                Ok("1".to_owned())
            } else {
                Err("gone".to_owned())
            },
            ends,
        };
        let cloud = Some("2027-06-07");
        let locked = || {
            Some(Locked {
                name: "a/b".to_owned(),
                version: "1".to_owned(),
                provider: "libvirt".to_owned(),
                architecture: None,
                url: None,
                checksum: Some("sha256:0".to_owned()),
                size: None,
                tree: String::new(),
            })
        };
        for (places, installed, is_locked, wanted) in [
            (vec![place(true, None)], None, true, Outlook::Safe),
            (vec![place(true, None)], None, false, Outlook::NotLocked),
            (vec![place(true, cloud)], Some("1"), true, Outlook::Ending),
            (
                vec![place(true, cloud), place(true, None)],
                None,
                true,
                Outlook::Safe,
            ),
            (
                vec![place(true, cloud), place(false, None)],
                None,
                true,
                Outlook::Ending,
            ),
            (vec![place(false, None)], Some("1"), true, Outlook::HereOnly),
            (vec![place(false, None)], None, true, Outlook::Gone),
            (Vec::new(), None, false, Outlook::Gone),
        ] {
            let outlook = BoxOutlook {
                name: "a/b".to_owned(),
                constraint: String::new(),
                machines: Vec::new(),
                installed: installed.map(str::to_owned),
                locked: locked().filter(|_| is_locked),
                places,
            };
            assert_eq!(outlook.outlook(), wanted, "{outlook:?}");
            assert_eq!(outlook.commands().is_empty(), wanted == Outlook::Safe);
        }
        assert_eq!(ends("https://vagrantcloud.com/a/b"), cloud);
        assert_eq!(ends("https://app.vagrantup.com/a"), cloud);
        assert_eq!(ends("https://boxes.example/a"), None);
        assert_eq!(ends("/srv/boxes"), None);
    }
}
