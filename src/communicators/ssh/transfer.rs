//! Copying, by `cat` and `tar` over a command: every guest has these, while
//! SFTP needs a second program that small servers such as dropbear lack.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::command::guest_path;
use crate::error::Result;
use crate::host::FileError;
use crate::op::quote;

/// Something to send to a guest.
pub(super) struct Outgoing {
    /// Command for the guest's login shell, which must be a POSIX one.
    pub(super) command: String,
    /// What the command reads.
    pub(super) input: Box<dyn Read + Send>,
}

/// Returns how to put bytes into a file of the guest. `name` is the file's
/// name on this host, for the case that `to` is a folder.
pub(super) fn file(
    input: Box<dyn Read + Send>,
    name: Option<&str>,
    to: &str,
    mode: Option<u32>,
) -> Outgoing {
    let mut script = format!("f={}\n", guest_path(to));
    if let Some(name) = name {
        let _ = writeln!(
            script,
            "if [ -d \"$f\" ]; then f=\"${{f%/}}/\"{}; fi",
            quote(name)
        );
    }
    script.push_str("mkdir -p -- \"$(dirname -- \"$f\")\" && cat > \"$f\"");
    if let Some(mode) = mode {
        let _ = write!(script, " && chmod {mode:o} \"$f\"");
    }
    Outgoing {
        command: format!("sh -c {}", quote(&script)),
        input,
    }
}

/// Returns how to put the content of the folder `from` into a folder of the guest.
pub(super) fn folder(from: &Path, to: &str) -> Outgoing {
    // -m: an unset clock of the guest makes tar warn of files from the future.
    // -o: owned by whoever logs in, not by the ids of this host.
    let script = format!(
        "d={}\nmkdir -p -- \"$d\" && tar -x -m -o -f - -C \"$d\"",
        guest_path(to)
    );
    Outgoing {
        command: format!("sh -c {}", quote(&script)),
        input: Box::new(packed(from)),
    }
}

/// Returns how to read a file of the guest.
pub(super) fn read_command(from: &str) -> String {
    format!("sh -c {}", quote(&format!("cat {}", guest_path(from))))
}

/// Opens a file of this host.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read + Send>> {
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(source) => Err(FileError::new("read", path, source).into()),
    }
}

/// Packs a folder in a thread; the archive is read as it grows.
fn packed(from: &Path) -> Packed {
    let (sender, receiver) = sync_channel(8);
    let from = from.to_path_buf();
    std::thread::spawn(move || {
        let failed = sender.clone();
        let mut builder = tar::Builder::new(Packer(sender));
        // Links are followed: what they lead to need not exist in the guest.
        builder.follow_symlinks(true);
        let packed = builder
            .append_dir_all(".", &from)
            .and_then(|()| builder.into_inner().map(|_| ()));
        if let Err(error) = packed {
            let _ = failed.send(Err(error));
        }
    });
    Packed {
        receiver,
        block: Vec::new(),
        used: 0,
    }
}

/// Writes blocks to a channel.
struct Packer(SyncSender<io::Result<Vec<u8>>>);

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .send(Ok(bytes.to_vec()))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads blocks from a channel.
struct Packed {
    receiver: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    used: usize,
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.block.len() {
            match self.receiver.recv() {
                Ok(block) => {
                    self.block = block?;
                    self.used = 0;
                }
                Err(_) => return Ok(0),
            }
        }
        let count = buffer.len().min(self.block.len() - self.used);
        buffer[..count].copy_from_slice(&self.block[self.used..self.used + count]);
        self.used += count;
        Ok(count)
    }
}
