//! Which environment variables hold secrets, by their names. The list is in
//! `docs/vagrantfile.md` too.

/// Words of a name, between underscores, that make it a secret.
const WORDS: &[&str] = &[
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PASSWORDS",
    "PAT",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "TOKENS",
];

/// Words that make a secret of the word `KEY` behind them.
const BEFORE_KEY: &[&str] = &[
    "ACCESS",
    "ACCOUNT",
    "API",
    "APP",
    "AUTH",
    "ENCRYPTION",
    "LICENSE",
    "MASTER",
    "PRIVATE",
    "SECRET",
    "SIGNING",
];

/// Ends of names without underscores.
const ENDINGS: &[&str] = &["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY"];

/// Whole names.
const NAMES: &[&str] = &[
    "DATABASE_URL",
    "MYSQL_PWD",
    "NETRC",
    "PGPASSFILE",
    "REDIS_URL",
];

/// Last words of names whose value is a path or a program and no secret.
const HARMLESS: &[&str] = &["DIR", "FILE", "PATH", "SOCK", "TYPE", "LENGTH", "NAME"];

/// Tells whether a variable holds a secret.
pub(in crate::vagrantfile) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    if NAMES.contains(&name.as_str()) {
        return true;
    }
    let words: Vec<&str> = name.split(['_', '-', '.']).collect();
    if words.last().is_some_and(|last| HARMLESS.contains(last)) {
        return false;
    }
    words.iter().any(|word| WORDS.contains(word))
        || words.windows(2).any(
            |pair| matches!(pair, [before, key] if *key == "KEY" && BEFORE_KEY.contains(before)),
        )
        || words
            .last()
            .is_some_and(|last| ENDINGS.iter().any(|ending| last.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SESSION_TOKEN",
            "GITHUB_TOKEN",
            "DO_API_KEY",
            "PGPASSWORD",
            "RHSM_PASS",
            "db_password",
            "VAULT_TOKEN",
            "TF_VAR_secret",
            "DATABASE_URL",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "PATH",
            "PWD",
            "OLDPWD",
            "HOME",
            "USER",
            "SSH_AUTH_SOCK",
            "VAGRANT_BOX",
            "BYPASS_PROXY",
            "VAULT_TOKEN_FILE",
            "AWS_SHARED_CREDENTIALS_FILE",
            "KEYBOARD",
            "SSH_KEY",
            "COMPASS_VERSION",
            "http_proxy",
            "AWS_REGION",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
