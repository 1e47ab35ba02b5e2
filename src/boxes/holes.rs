//! Files with holes: zeros are not written, and archives that say where the
//! holes are (the PAX formats of GNU tar and libarchive, which the `tar` crate
//! leaves to us) are understood.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tar::Entry;

use crate::error::{Failure, Result};

/// File systems give out room in blocks of this size, as a rule.
const BLOCK: usize = 4096;
static ZEROS: [u8; BLOCK] = [0; BLOCK];
/// More pieces than any image has.
const MAX_PIECES: usize = 1 << 20;

/// A part of a file.
pub(super) enum Part<'a> {
    Data(&'a [u8]),
    /// So many zeros, which were not written.
    Zeros(u64),
}

/// A file that is being written.
pub(super) struct Target {
    pub(super) file: File,
    /// Where the next byte goes, holes included.
    pub(super) at: u64,
    /// Bytes that were really written.
    pub(super) written: u64,
    /// Where the file's own pointer is.
    pointer: u64,
}

impl Target {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            at: 0,
            written: 0,
            pointer: 0,
        }
    }

    /// Takes bytes; blocks of zeros become holes. `each` is told what was which.
    pub(super) fn put(&mut self, bytes: &[u8], mut each: impl FnMut(Part<'_>)) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let hole = span(rest, true);
            if hole > 0 {
                each(Part::Zeros(hole as u64));
            }
            self.at += hole as u64;
            rest = &rest[hole..];
            let (full, after) = rest.split_at(span(rest, false));
            self.write(full)?;
            each(Part::Data(full));
            rest = after;
        }
        Ok(())
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        if data.is_empty() {
            return Ok(());
        }
        if self.pointer != self.at {
            self.file.seek(SeekFrom::Start(self.at))?;
        }
        self.file.write_all(data)?;
        self.at += data.len() as u64;
        self.written += data.len() as u64;
        self.pointer = self.at;
        Ok(())
    }
}

/// Returns the length of the blocks at the beginning that are all zero, or not.
fn span(bytes: &[u8], zero: bool) -> usize {
    bytes
        .chunks(BLOCK)
        .take_while(|block| (**block == ZEROS[..block.len()]) == zero)
        .map(<[u8]>::len)
        .sum()
}

/// Where the content of a file goes. What fails there is a failure of its own,
/// kept apart from those of the archive.
pub(super) trait Sink {
    /// Returns a buffer of the full size.
    fn buffer(&self) -> Vec<u8>;
    /// Takes the next bytes.
    fn bytes(&mut self, bytes: Vec<u8>) -> Result<()>;
    /// The next bytes go here.
    fn skip(&mut self, at: u64) -> Result<()>;
}

/// Why a file could not be copied.
pub(super) enum CopyError {
    /// Because of the archive.
    Source(io::Error),
    /// Because of the disk.
    Sink(Failure),
}

impl From<io::Error> for CopyError {
    fn from(error: io::Error) -> Self {
        Self::Source(error)
    }
}

impl From<Failure> for CopyError {
    fn from(failure: Failure) -> Self {
        Self::Sink(failure)
    }
}

/// Copies all that `from` has, and returns how much that was.
pub(super) fn copy(from: &mut impl Read, sink: &mut impl Sink) -> Result<u64, CopyError> {
    let mut done = 0;
    loop {
        let mut buffer = sink.buffer();
        let count = fill(from, &mut buffer)?;
        let ended = count < buffer.len();
        buffer.truncate(count);
        done += count as u64;
        sink.bytes(buffer)?;
        if ended {
            return Ok(done);
        }
    }
}

/// Reads until the buffer is full or nothing more comes: blocks stay aligned.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match from.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(read) => count += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Where the pieces of a file lie that a PAX archive holds without its holes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Holes {
    /// The name of the file; the entry has a made-up one.
    pub(super) name: Option<String>,
    length: u64,
    pieces: Vec<(u64, u64)>,
    /// Whether the list of pieces stands before the data (format 1.0).
    listed: bool,
}

impl Holes {
    /// Returns the length of the file, holes included.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Returns the holes of an entry, if its extended header speaks of any.
    pub(super) fn read<R: Read>(entry: &mut Entry<'_, R>) -> io::Result<Option<Self>> {
        let mut holes = Self::default();
        let mut found = false;
        let mut offset = None;
        let Some(extensions) = entry.pax_extensions()? else {
            return Ok(None);
        };
        for extension in extensions {
            let extension = extension?;
            let (Ok(key), Ok(value)) = (extension.key(), extension.value()) else {
                continue;
            };
            let Some(key) = key.strip_prefix("GNU.sparse.") else {
                continue;
            };
            found = true;
            match key {
                "name" => holes.name = Some(value.to_owned()),
                "size" | "realsize" => holes.length = number(value)?,
                "major" => holes.listed = value == "1",
                // Format 0.0 has pairs of lines, 0.1 one line with all.
                "offset" => offset = Some(number(value)?),
                "numbytes" => {
                    if let Some(offset) = offset.take() {
                        holes.pieces.push((offset, number(value)?));
                    }
                }
                "map" => {
                    let numbers: Vec<u64> =
                        value.split(',').map(number).collect::<Result<_, _>>()?;
                    holes.pieces = numbers
                        .chunks_exact(2)
                        .map(|pair| (pair[0], pair[1]))
                        .collect();
                }
                _ => {}
            }
            if holes.pieces.len() > MAX_PIECES {
                return Err(malformed());
            }
        }
        Ok(found.then_some(holes))
    }

    /// Copies the pieces to their places. Returns the length of the file.
    pub(super) fn copy(
        mut self,
        from: &mut impl Read,
        sink: &mut impl Sink,
    ) -> Result<u64, CopyError> {
        if self.listed {
            self.pieces = list(from)?;
        }
        let mut at = 0;
        for (offset, length) in &self.pieces {
            let end = offset.checked_add(*length).ok_or_else(malformed)?;
            if *offset < at || end > self.length {
                return Err(malformed().into());
            }
            sink.skip(*offset)?;
            at = *offset;
            while at < end {
                let mut buffer = sink.buffer();
                let wanted = buffer
                    .len()
                    .min(usize::try_from(end - at).unwrap_or(usize::MAX));
                buffer.truncate(wanted);
                if fill(from, &mut buffer)? < wanted {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                }
                at += wanted as u64;
                sink.bytes(buffer)?;
            }
        }
        Ok(self.length)
    }
}

/// Reads the list that stands before the data: a number per line, how many
/// first, filled up with zeros to a whole block of the archive.
fn list(from: &mut impl Read) -> io::Result<Vec<(u64, u64)>> {
    let mut taken = 0;
    let mut line = || -> io::Result<u64> {
        let mut text = String::new();
        loop {
            let mut byte = [0];
            from.read_exact(&mut byte)?;
            taken += 1;
            match byte[0] {
                b'\n' => return number(&text),
                digit @ b'0'..=b'9' if text.len() < 20 => text.push(char::from(digit)),
                _ => return Err(malformed()),
            }
        }
    };
    let count = usize::try_from(line()?).unwrap_or(usize::MAX);
    if count > MAX_PIECES {
        return Err(malformed());
    }
    let pieces = (0..count)
        .map(|_| Ok((line()?, line()?)))
        .collect::<io::Result<Vec<_>>>()?;
    let padding = (512 - taken % 512) % 512;
    from.read_exact(&mut [0; 512][..padding])?;
    Ok(pieces)
}

fn number(text: &str) -> io::Result<u64> {
    text.trim().parse().map_err(|_| malformed())
}

fn malformed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "its list of holes makes no sense",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(bytes: &[u8]) -> (Vec<u8>, u64) {
        let mut target = Target::new(tempfile::tempfile().unwrap());
        let (mut data, mut zeros) = (0, 0);
        for part in bytes.chunks(3 * BLOCK) {
            target
                .put(part, |part| match part {
                    Part::Data(bytes) => data += bytes.len() as u64,
                    Part::Zeros(count) => zeros += count,
                })
                .unwrap();
        }
        assert_eq!(data + zeros, bytes.len() as u64);
        assert_eq!(target.written, data);
        target.file.set_len(target.at).unwrap();
        target.file.rewind().unwrap();
        let mut back = Vec::new();
        target.file.read_to_end(&mut back).unwrap();
        (back, target.written)
    }

    #[test]
    fn zeros_become_holes_and_the_content_stays() {
        let mut bytes = vec![0; 40 * BLOCK];
        bytes[7] = 1;
        bytes[20 * BLOCK] = 2;
        bytes.extend_from_slice(&[0; 100]);
        let (back, used) = copied(&bytes);
        assert!(back == bytes);
        assert!(used < 20 * BLOCK as u64, "{used}");
        assert_eq!(copied(&[]).0, b"");
        assert_eq!(copied(b"abc").0, b"abc");
    }

    #[test]
    fn a_list_of_pieces_is_read_with_its_padding() {
        let mut bytes = b"2\n0\n3\n100\n4\n".to_vec();
        bytes.resize(512, 0);
        bytes.extend_from_slice(b"data");
        let mut from = &*bytes;
        assert_eq!(list(&mut from).unwrap(), [(0, 3), (100, 4)]);
        assert_eq!(from, b"data");
        assert!(list(&mut &b"9999999999\n"[..]).is_err());
        assert!(list(&mut &b"x\n"[..]).is_err());
    }
}
