//! The login user's `~/.ssh/authorized_keys`, the same in every Unix.

use crate::op::{Script, quote};

/// Returns the script that adds a public line, unless it is there.
pub(super) fn insert(line: &str) -> Script {
    let line = quote(line.trim());
    // `restorecon`: under SELinux sshd reads files with the right label only.
    Script::user(format!(
        "set -e
umask 077
mkdir -p ~/.ssh
chmod 0700 ~/.ssh
f=~/.ssh/authorized_keys
touch \"$f\"
if ! grep -qxF {line} \"$f\"; then
  if [ -s \"$f\" ] && [ -n \"$(tail -c 1 \"$f\")\" ]; then echo >> \"$f\"; fi
  printf '%s\\n' {line} >> \"$f\"
fi
chmod 0600 \"$f\"
if command -v restorecon >/dev/null 2>&1; then restorecon -R ~/.ssh || true; fi
# The old key goes next: without power, neither would be on the disk.
sync
"
    ))
}

/// Returns the script that removes every line with this key, whatever its
/// comment and options. The file is replaced in one step.
pub(super) fn remove(line: &str) -> Script {
    let body = quote(line.split_whitespace().nth(1).unwrap_or(line));
    Script::user(format!(
        "set -e
umask 077
f=~/.ssh/authorized_keys
[ -f \"$f\" ] || exit 0
grep -qF {body} \"$f\" || exit 0
grep -vF {body} \"$f\" > \"$f.rove\" || true
mv \"$f.rove\" \"$f\"
chmod 0600 \"$f\"
if command -v restorecon >/dev/null 2>&1; then restorecon -R ~/.ssh || true; fi
"
    ))
}
