//! Boxes that are zip archives. The list of a zip stands at its end, so the
//! archive is kept in a nameless file first and read from there: what the local
//! headers say besides does not count.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, Write};
use std::path::Path;

use zip::ZipArchive;

use crate::error::Result;
use crate::host::{FileError, files};

use super::BoxError;
use super::unpack::{Unpacker, not_a_box};

/// Bits of a Unix mode that tell the kind of a file (stat(2)).
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;
const REGULAR: u32 = 0o100_000;
/// Longest target of a link.
const MAX_TARGET: u64 = 4096;
/// How often free space is looked at, and what is left free.
const LOOK: u64 = 64 << 20;

/// Unpacks the zip archive that `source` gives.
pub(super) fn unpack(source: &mut impl BufRead, unpacker: &mut Unpacker<'_>) -> Result<()> {
    let file = spool(source, unpacker.into, unpacker.place)?;
    let broken = |error: zip::result::ZipError| {
        not_a_box(unpacker.place, &io::Error::other(error.to_string()))
    };
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let mode = entry.unix_mode().unwrap_or(0);
        let is_folder = entry.is_dir() || mode & KIND == FOLDER;
        let raw = entry.name_raw().to_vec();
        let Some(path) = unpacker.begin(&raw, is_folder)? else {
            continue;
        };
        match mode & KIND {
            _ if is_folder => unpacker.folder(&path)?,
            LINK => {
                let mut target = Vec::new();
                (&mut entry)
                    .take(MAX_TARGET)
                    .read_to_end(&mut target)
                    .map_err(|error| unpacker.broken(&error))?;
                unpacker.symlink(path, &target)?;
            }
            REGULAR | 0 => {
                let size = entry.size();
                // Made on Windows there are no modes.
                let mode = if mode == 0 { 0o644 } else { mode };
                unpacker.regular(&mut entry, &path, Some(size), mode, None)?;
            }
            _ => return Err(unpacker.refuse(&path, "is of a kind that boxes do not hold")),
        }
    }
    Ok(())
}

/// Copies all of `source` into a file without a name in `dir`.
fn spool(source: &mut impl BufRead, dir: &Path, place: &str) -> Result<File> {
    let failed = |error| FileError::new("write", dir, error);
    let mut file = tempfile::tempfile_in(dir).map_err(failed)?;
    let mut until_look = LOOK;
    loop {
        let bytes = source
            .fill_buf()
            .map_err(|error| not_a_box(place, &error))?;
        let count = bytes.len();
        if count == 0 {
            break;
        }
        file.write_all(bytes).map_err(failed)?;
        source.consume(count);
        until_look = until_look.saturating_sub(count as u64);
        if until_look == 0 {
            until_look = LOOK;
            if let Some(free) = files::free_space(dir).filter(|free| *free < LOOK) {
                return Err(BoxError::NoSpace {
                    place: place.to_owned(),
                    dir: dir.to_owned(),
                    needed: LOOK,
                    free,
                }
                .into());
            }
        }
    }
    file.rewind().map_err(failed)?;
    Ok(file)
}
