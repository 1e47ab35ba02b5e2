//! The seed: a small disk from which cloud-init in a guest reads what the machine is
//! and who may log in (its data source NoCloud). Pure: from facts to an image.
//!
//! <https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html>

mod iso;

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// The label by which cloud-init finds it.
const LABEL: &str = "cidata";
/// Parts are ASCII or UTF-8 text; no line of such text looks like this.
const BOUNDARY: &str = "==rove-cloud-init-part==";

/// Content of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Stable name of the machine: cloud-init does its work once for each.
    pub instance_id: String,
    /// Host name.
    pub hostname: String,
    /// Who is to be made, where the guest has nobody to log in as.
    pub user: Option<User>,
    /// What the Vagrantfile adds (`config.vm.cloud_init`), in order.
    pub parts: Vec<Part>,
}

/// The user that rove logs in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name.
    pub name: String,
    /// Lines for `authorized_keys`.
    pub keys: Vec<String>,
    /// Password, where the login is by one.
    pub password: Option<String>,
}

/// One part of the user data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Such as `text/cloud-config`.
    pub content_type: String,
    /// Text.
    pub content: String,
}

impl Seed {
    /// Returns the image: ISO 9660, with `meta-data` and `user-data` in it.
    pub fn image(&self) -> Vec<u8> {
        let (meta_data, user_data) = (self.meta_data(), self.user_data());
        let files = [
            ("meta-data", meta_data.as_bytes()),
            ("user-data", user_data.as_bytes()),
        ];
        iso::image(LABEL, &files)
    }

    fn meta_data(&self) -> String {
        yaml(&json!({
            "instance-id": self.instance_id,
            "local-hostname": self.hostname,
        }))
    }

    /// Returns ours alone, or all parts as a MIME message.
    fn user_data(&self) -> String {
        let ours = self.user.as_ref().map(cloud_config);
        if self.parts.is_empty() {
            return ours.unwrap_or_else(|| "#cloud-config\n".to_owned());
        }
        let ours = ours.map(|content| Part {
            content_type: "text/cloud-config".to_owned(),
            content,
        });
        let mut text = format!(
            "Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\nMIME-Version: 1.0\n\n"
        );
        // Ours comes last: it says how it is merged into what was before.
        for (index, part) in self.parts.iter().chain(&ours).enumerate() {
            let _ = write!(
                text,
                "--{BOUNDARY}\nContent-Type: {}; charset=\"utf-8\"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Disposition: attachment; filename=\"part-{:03}\"\n\n{}\n",
                part.content_type,
                index + 1,
                part.content.trim_end_matches('\n')
            );
        }
        let _ = writeln!(text, "--{BOUNDARY}--");
        text
    }
}

/// Returns the cloud-config that makes the user. `user` changes the distribution's
/// own default user, so that shell and groups are what people of that system expect.
fn cloud_config(user: &User) -> String {
    let mut config = Map::new();
    let mut set = |key: &str, value: Value| config.insert(key.to_owned(), value);
    // Lists of the Vagrantfile's parts grow, and its own words win.
    set(
        "merge_how",
        json!([
            {"name": "list", "settings": ["append"]},
            {"name": "dict", "settings": ["no_replace", "recurse_list", "recurse_dict"]},
        ]),
    );
    if user.name == "root" {
        set("disable_root", json!(false));
        set("ssh_authorized_keys", json!(user.keys));
        if let Some(password) = &user.password {
            let list = format!("root:{password}");
            set("chpasswd", json!({"expire": false, "list": list}));
        }
    } else {
        let mut account = json!({
            "name": user.name,
            "sudo": ["ALL=(ALL) NOPASSWD:ALL"],
            "lock_passwd": user.password.is_none(),
            "ssh_authorized_keys": user.keys,
        });
        if let Some(password) = &user.password {
            account["plain_text_passwd"] = json!(password);
        }
        set("users", json!(["default"]));
        set("user", account);
    }
    if user.password.is_some() {
        set("ssh_pwauth", json!(true));
    }
    // sudo asks for the address of its own host.
    set("manage_etc_hosts", json!("localhost"));
    set("growpart", json!({"mode": "auto", "devices": ["/"]}));
    set("resize_rootfs", json!(true));
    format!("#cloud-config\n{}", yaml(&Value::Object(config)))
}

fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).expect("plain data is always YAML")
}

/// Returns a host name made of `wanted`: letters, digits and hyphens (RFC 1123).
pub fn hostname_of(wanted: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = wanted.chars().map(plain).take(63).collect();
    let name = name.trim_matches('-');
    if name.is_empty() {
        "rove".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(user: Option<User>, parts: Vec<Part>) -> Seed {
        Seed {
            instance_id: "0123".to_owned(),
            hostname: "web".to_owned(),
            user,
            parts,
        }
    }

    fn vagrant() -> User {
        User {
            name: "vagrant".to_owned(),
            keys: vec!["ssh-ed25519 AAAA vagrant".to_owned()],
            password: None,
        }
    }

    fn config_of(text: &str) -> Value {
        assert!(text.starts_with("#cloud-config\n"), "{text}");
        serde_yaml::from_str(text).unwrap()
    }

    #[test]
    fn a_user_with_a_key() {
        let seed = seed(Some(vagrant()), Vec::new());
        let meta: Value = serde_yaml::from_str(&seed.meta_data()).unwrap();
        assert_eq!(
            meta,
            json!({"instance-id": "0123", "local-hostname": "web"})
        );
        let config = config_of(&seed.user_data());
        assert_eq!(config["user"]["name"], "vagrant");
        assert_eq!(config["user"]["lock_passwd"], true);
        assert_eq!(
            config["user"]["ssh_authorized_keys"],
            json!(["ssh-ed25519 AAAA vagrant"])
        );
        assert_eq!(config["users"], json!(["default"]));
        assert_eq!(config.get("ssh_pwauth"), None);
        let image = seed.image();
        for joliet in [false, true] {
            let names: Vec<String> = iso::tests::files(&image, joliet)
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names, ["meta-data", "user-data"]);
        }
        assert_eq!(image, seed.image());
    }

    #[test]
    fn a_user_with_a_password_and_root() {
        let user = User {
            password: Some("se: cret".to_owned()),
            ..vagrant()
        };
        let config = config_of(&cloud_config(&user));
        assert_eq!(config["user"]["plain_text_passwd"], "se: cret");
        assert_eq!(config["user"]["lock_passwd"], false);
        assert_eq!(config["ssh_pwauth"], true);
        let root = User {
            name: "root".to_owned(),
            ..user
        };
        let config = config_of(&cloud_config(&root));
        assert_eq!(config["disable_root"], false);
        assert_eq!(config["chpasswd"]["list"], "root:se: cret");
        assert_eq!(config.get("user"), None);
    }

    #[test]
    fn parts_of_the_vagrantfile_come_before_ours() {
        let part = |content_type: &str, content: &str| Part {
            content_type: content_type.to_owned(),
            content: content.to_owned(),
        };
        let parts = vec![
            part("text/cloud-config", "packages: [tree]\n"),
            part("text/x-shellscript", "#!/bin/sh\necho grüß\n"),
        ];
        let text = seed(Some(vagrant()), parts.clone()).user_data();
        let places: Vec<usize> = ["packages: [tree]", "echo grüß", "name: vagrant"]
            .iter()
            .map(|words| text.find(words).unwrap())
            .collect();
        assert!(places.is_sorted(), "{text}");
        assert!(text.ends_with(&format!("--{BOUNDARY}--\n")));
        assert_eq!(text.matches("Content-Type: text/").count(), 3);
        // A box with a user of its own is given the Vagrantfile's parts alone.
        let text = seed(None, parts).user_data();
        assert!(!text.contains("name: vagrant"), "{text}");
        assert_eq!(seed(None, Vec::new()).user_data(), "#cloud-config\n");
    }

    #[test]
    fn host_names_of_anything() {
        for (wanted, name) in [
            ("web", "web"),
            ("My Lab_1", "my-lab-1"),
            ("-x-", "x"),
            ("東京", "rove"),
            ("", "rove"),
        ] {
            assert_eq!(hostname_of(wanted), name);
        }
    }
}
