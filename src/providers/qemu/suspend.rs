//! Suspend and resume: memory goes to a file by way of migration.
//!
//! Order of writes. Suspending: guest stopped, memory saved, record says
//! suspended, QEMU ended. Resuming: QEMU started with the saved memory (the
//! record still says suspended, and a QEMU found then is thrown away), record
//! says no longer suspended, guest goes on, file removed. So the guest never
//! runs while saved memory counts: disk and memory always fit.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::error::QemuError;
use super::launch::{self, From};
use super::machine::QemuMachine;
use super::qmp::Qmp;
use super::record::Record;
use super::{layout, probe};
use crate::error::Result;
use crate::host::files;
use crate::providers::{MachineSpec, Suspend};

/// Pause between looks at a migration.
const PAUSE: Duration = Duration::from_millis(20);

impl Suspend for QemuMachine<'_> {
    fn suspend(&mut self) -> Result<()> {
        let mut record = self.record()?;
        if record.suspended.is_some() {
            return launch::stop(self.host, self.dir, &mut record, None);
        }
        let (Some(process), Some(run)) = (record.process(), record.run.clone()) else {
            return Err(QemuError::NotRunning {
                machine: record.name.clone(),
            }
            .into());
        };
        let qemu = probe::describe(self.host, &run.launch.program)?;
        let partial = self.partial(layout::MEMORY)?;
        let mut qmp = launch::connect(&record)?;
        if let Err(error) = self.save_memory(&mut qmp, &record, &partial, qemu.version) {
            // The guest goes on as if nothing had been.
            let _ = qmp.execute("migrate_cancel", &Value::Null);
            let _ = qmp.execute("cont", &Value::Null);
            files::remove_file(&partial)?;
            return Err(error);
        }
        files::rename(&partial, &self.dir.join(layout::MEMORY))?;
        record.suspended = Some(run.launch);
        record.save(self.dir)?;
        qmp.quit();
        if !launch::gone(self.host, &process, Duration::from_secs(10)) {
            process.kill();
            launch::gone(self.host, &process, Duration::from_secs(5));
        }
        launch::ended(&mut record, self.dir)
    }

    fn resume(&mut self, spec: &MachineSpec) -> Result<()> {
        let mut record = self.record()?;
        if record.process().is_some() && record.suspended.is_none() {
            // Paused from outside, or a suspend that was cut short.
            let mut qmp = launch::connect(&record)?;
            if qmp.status()? != "running" {
                qmp.execute("cont", &Value::Null)?;
            }
            return self.forget_memory();
        }
        let Some(launch) = record.suspended.clone() else {
            return Err(QemuError::NotSuspended {
                machine: record.name.clone(),
            }
            .into());
        };
        // One that never got to run its guest (see above).
        launch::stop(self.host, self.dir, &mut record, None)?;
        let qemu = probe::describe(self.host, &launch.program)?;
        let launch = launch::relaunch(&launch, &spec.forwards, self.dir);
        let uri = source(&self.dir.join(layout::MEMORY), qemu.version);
        let mut qmp = self.run(&mut record, launch, &spec.forwards, &From::Memory(uri))?;
        if let Err(error) = self.wait_loaded(&mut qmp, &record) {
            launch::stop(self.host, self.dir, &mut record, None)?;
            return Err(error);
        }
        record.suspended = None;
        if let Some(run) = &mut record.run {
            run.incoming = false;
        }
        record.save(self.dir)?;
        qmp.execute("cont", &Value::Null)?;
        self.forget_memory()
    }

    fn discard(&mut self) -> Result<()> {
        let mut record = self.record()?;
        launch::stop(self.host, self.dir, &mut record, None)?;
        record.suspended = None;
        record.save(self.dir)?;
        self.forget_memory()
    }
}

impl QemuMachine<'_> {
    fn forget_memory(&self) -> Result<()> {
        files::remove_file(&self.dir.join(layout::MEMORY))?;
        self.partial(layout::MEMORY).map(drop)
    }

    /// Stops the guest and writes its memory to a file.
    fn save_memory(
        &self,
        qmp: &mut Qmp,
        record: &Record,
        to: &Path,
        version: (u32, u32),
    ) -> Result<()> {
        qmp.execute("stop", &Value::Null)?;
        // Without limit: the default is meant for a network shared with guests.
        let limit = json!({ "max-bandwidth": i64::MAX });
        qmp.execute("migrate-set-parameters", &limit)?;
        qmp.execute("migrate", &json!({ "uri": target(to, version) }))?;
        loop {
            let state = qmp.execute("query-migrate", &Value::Null)?;
            match state["status"].as_str().unwrap_or_default() {
                "completed" => return Ok(()),
                "failed" | "cancelled" => {
                    let reason = state["error-desc"].as_str().unwrap_or("no reason given");
                    return Err(QemuError::SaveFailed {
                        machine: record.name.clone(),
                        reason: reason.to_owned(),
                    }
                    .into());
                }
                _ => self.host.clock.sleep(PAUSE)?,
            }
        }
    }

    /// Waits until QEMU has taken the saved memory over.
    fn wait_loaded(&self, qmp: &mut Qmp, record: &Record) -> Result<()> {
        loop {
            match qmp.status() {
                Ok(status) if status == "inmigrate" => self.host.clock.sleep(PAUSE)?,
                Ok(_) => return Ok(()),
                // QEMU ends when it cannot read the file, and says why in its log.
                Err(_) => return Err(launch::why_ended(self.dir, record)),
            }
        }
    }
}

/// Returns the migration address that writes to a file.
fn target(path: &Path, version: (u32, u32)) -> String {
    if version >= probe::FILE_MIGRATION {
        return format!("file:{}", path.display());
    }
    format!("exec:cat > {}", crate::op::quote(&path.to_string_lossy()))
}

/// Returns the migration address that reads from a file.
fn source(path: &Path, version: (u32, u32)) -> String {
    if version >= probe::FILE_MIGRATION {
        return format!("file:{}", path.display());
    }
    format!("exec:cat {}", crate::op::quote(&path.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_versions_save_through_a_shell() {
        let path = Path::new("/a lab/memory.state");
        assert_eq!(target(path, (8, 2)), "file:/a lab/memory.state");
        assert_eq!(target(path, (7, 2)), "exec:cat > '/a lab/memory.state'");
        assert_eq!(source(path, (6, 2)), "exec:cat '/a lab/memory.state'");
    }
}
