//! Which machines a command is for, by Vagrant's rules: names, `/expressions/`,
//! none for all; one machine where a command is for one.

use crate::config::Lab;
use crate::error::Result;
use crate::ruby;

use super::LabError;

/// Returns the machines that `targets` mean, in order; all when there are none.
pub(super) fn several(lab: &Lab, targets: &[String], reverse: bool) -> Result<Vec<String>> {
    let mut chosen = Vec::new();
    if targets.is_empty() {
        chosen = names(lab);
    }
    for target in targets {
        chosen.extend(matching(lab, target)?);
    }
    if reverse {
        chosen.reverse();
    }
    let mut seen = std::collections::BTreeSet::new();
    chosen.retain(|name| seen.insert(name.clone()));
    Ok(chosen)
}

/// Returns the machines that `up` without names means: those that start by themselves.
pub(super) fn autostart(lab: &Lab, targets: &[String]) -> Result<Vec<String>> {
    if !targets.is_empty() {
        return several(lab, targets, false);
    }
    Ok(lab
        .machines
        .iter()
        .filter(|machine| machine.autostart)
        .map(|machine| machine.name.clone())
        .collect())
}

/// Returns the one machine that a command for one machine means.
pub(super) fn one(lab: &Lab, target: Option<&str>) -> Result<String> {
    let found = match target {
        Some(target) => matching(lab, target)?,
        None => names(lab),
    };
    if let [only] = &found[..] {
        return Ok(only.clone());
    }
    lab.primary
        .clone()
        .filter(|primary| found.contains(primary))
        .ok_or_else(|| LabError::SeveralMachines { known: found }.into())
}

fn names(lab: &Lab) -> Vec<String> {
    lab.machines
        .iter()
        .map(|machine| machine.name.clone())
        .collect()
}

fn matching(lab: &Lab, target: &str) -> Result<Vec<String>> {
    let known = names(lab);
    let pattern = target
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'))
        .filter(|pattern| !pattern.is_empty());
    let Some(pattern) = pattern else {
        if known.iter().any(|name| name == target) {
            return Ok(vec![target.to_owned()]);
        }
        return Err(LabError::MachineNotFound {
            name: target.to_owned(),
            known,
        }
        .into());
    };
    let mut found = Vec::new();
    for name in &known {
        let matches =
            ruby::pattern_matches(pattern, name).map_err(|reason| LabError::BadPattern {
                pattern: pattern.to_owned(),
                reason,
            })?;
        if matches {
            found.push(name.clone());
        }
    }
    if found.is_empty() {
        return Err(LabError::NoMatch {
            pattern: pattern.to_owned(),
            known,
        }
        .into());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::config::MachineConfig;
    use crate::error::Failure;

    /// Reads the `define` lines of the recorded files, which hold nothing else.
    fn lab(vagrantfile: &str) -> Lab {
        let mut lab = Lab::default();
        for line in vagrantfile.lines() {
            let Some(rest) = line.split_once("define \"") else {
                continue;
            };
            let (name, options) = rest.1.split_once('"').unwrap();
            lab.machines.push(MachineConfig {
                name: name.to_owned(),
                autostart: !options.contains("autostart: false"),
                ..MachineConfig::default()
            });
            if options.contains("primary: true") {
                lab.primary = Some(name.to_owned());
            }
        }
        if lab.machines.is_empty() {
            lab.machines.push(MachineConfig {
                name: "default".to_owned(),
                ..MachineConfig::default()
            });
        }
        lab
    }

    fn texts(value: &Value) -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items
            .map(|item| item.as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn targets_are_chosen_as_vagrant_does() {
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../tests/vectors/target_selection.json"))
                .unwrap();
        for case in &cases {
            let input = &case["input"];
            // Without a Vagrantfile loading fails before anything is selected.
            let Some(vagrantfile) = input["vagrantfile"].as_str() else {
                continue;
            };
            let (lab, targets) = (lab(vagrantfile), texts(&input["names"]));
            let options = &input["options"];
            let result: Result<Vec<String>, Failure> = if options["single_target"] == true {
                one(&lab, targets.first().map(String::as_str)).map(|name| vec![name])
            } else {
                several(&lab, &targets, options["reverse"] == true)
            };
            if let Some(class) = case["expected"]["error"].as_str() {
                let failure = result.unwrap_err();
                let found = failure.explain().vagrant_class().unwrap();
                assert!(found.ends_with(class), "{case}: {found}");
            } else {
                // A machine that is named twice is worked on once.
                let mut expected = texts(&case["expected"]["ok"]);
                let mut seen = std::collections::BTreeSet::new();
                expected.retain(|name| seen.insert(name.clone()));
                assert_eq!(result.unwrap(), expected, "{case}");
            }
        }
    }

    #[test]
    fn up_without_names_leaves_out_what_does_not_start_by_itself() {
        let lab = lab("define \"a\"\ndefine \"b\", autostart: false\n");
        assert_eq!(autostart(&lab, &[]).unwrap(), ["a"]);
        assert_eq!(autostart(&lab, &["b".to_owned()]).unwrap(), ["b"]);
    }
}
