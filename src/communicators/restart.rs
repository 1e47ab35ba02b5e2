//! Leaving a guest that goes down, and waiting until it is back.

use std::time::Duration;

use super::{Communicator, Lost, NotReady, Stage, is_lost};
use crate::error::Result;
use crate::host::Host;
use crate::op::Script;

/// Prints something that differs from one boot to the next: Linux's boot id,
/// else the boot time as the BSDs tell it.
const BOOT_IDENTITY: &str = "cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime 2>/dev/null || uptime -s";

/// Runs a script that takes the guest down: a connection that breaks meanwhile is its success.
pub fn run_and_leave(guest: &mut dyn Communicator, script: &Script) -> Result<i32> {
    match guest.exec(script, &mut |_, _| {}) {
        Err(failure) if is_lost(&failure) => Ok(0),
        other => other,
    }
}

fn boot_identity(guest: &mut dyn Communicator) -> Result<String> {
    let mut identity = String::new();
    let status = guest.exec(&Script::user(BOOT_IDENTITY), &mut |_, line| {
        identity.push_str(line);
    })?;
    if status == 0 {
        Ok(identity)
    } else {
        Ok(String::new())
    }
}

/// Runs the script that restarts the guest and waits until commands can be run
/// in its next boot, at most `limit`. `watch` is that of
/// [`Communicator::wait_ready`].
pub fn reboot(
    host: &Host,
    guest: &mut dyn Communicator,
    script: &Script,
    limit: Duration,
    watch: &mut dyn FnMut(Stage) -> Result<()>,
) -> Result<()> {
    let before = boot_identity(guest)?;
    let start = host.clock.now();
    run_and_leave(guest, script)?;
    loop {
        // The old server may still answer for some seconds, so an answer alone proves nothing.
        host.clock.sleep(Duration::from_secs(1))?;
        guest.reset();
        let left = limit.saturating_sub(host.clock.now().saturating_sub(start));
        if left.is_zero() {
            return Err(NotReady {
                stage: Stage::Connect,
                limit,
                address: "its address".to_owned(),
                user: String::new(),
                reason: "it did not restart".to_owned(),
            }
            .into());
        }
        guest.wait_ready(left, watch)?;
        match boot_identity(guest) {
            Ok(now) if before.is_empty() || now != before => return Ok(()),
            Err(failure) if failure.downcast_ref::<Lost>().is_none() => return Err(failure),
            _ => {}
        }
    }
}
