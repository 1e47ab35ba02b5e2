//! Files with holes: zeros are not written, and archives that say where the
//! holes are (the PAX formats of GNU tar and libarchive, which the `tar` crate
//! leaves to us) are understood.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use tar::Entry;

/// File systems give out room in blocks of this size, as a rule.
const BLOCK: usize = 4096;
static ZEROS: [u8; BLOCK] = [0; BLOCK];
/// More pieces than any image has.
const MAX_PIECES: usize = 1 << 20;

/// A file that is being written. Its failures are kept apart from those of the
/// archive it is read from.
pub(super) struct Target {
    pub(super) file: File,
    /// What went wrong with the file.
    pub(super) failure: Option<io::Error>,
    /// Where the next byte goes, holes included.
    at: u64,
    /// Where the file's own pointer is.
    pointer: u64,
}

impl Target {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            failure: None,
            at: 0,
            pointer: 0,
        }
    }

    /// Takes bytes; blocks of zeros become holes.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let zeros = span(rest, true);
            self.at += zeros as u64;
            rest = &rest[zeros..];
            let data = span(rest, false);
            let (data, after) = rest.split_at(data);
            let written = self.write(data);
            self.keep(written)?;
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
        self.pointer = self.at;
        Ok(())
    }

    /// Sets the length, for a hole at the end.
    fn end(&mut self, length: u64) -> io::Result<()> {
        let set = self.file.set_len(length);
        self.keep(set)
    }

    fn keep(&mut self, result: io::Result<()>) -> io::Result<()> {
        result.map_err(|error| {
            let copy = io::Error::from(error.kind());
            self.failure = Some(error);
            copy
        })
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

/// Copies all that `from` has, and returns how much that was. `each` is called
/// with the length so far.
pub(super) fn copy(
    from: &mut impl Read,
    target: &mut Target,
    buffer: &mut [u8],
    mut each: impl FnMut(&Target, u64),
) -> io::Result<u64> {
    loop {
        let count = fill(from, buffer)?;
        target.put(&buffer[..count])?;
        each(target, target.at);
        if count < buffer.len() {
            target.end(target.at)?;
            return Ok(target.at);
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

    /// Copies the pieces to their places.
    pub(super) fn copy(
        mut self,
        from: &mut impl Read,
        target: &mut Target,
        buffer: &mut [u8],
        mut each: impl FnMut(&Target, u64),
    ) -> io::Result<u64> {
        if self.listed {
            self.pieces = list(from)?;
        }
        for (offset, length) in &self.pieces {
            let end = offset.checked_add(*length).ok_or_else(malformed)?;
            if *offset < target.at || end > self.length {
                return Err(malformed());
            }
            target.at = *offset;
            let mut left = *length;
            while left > 0 {
                let wanted = buffer
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                let count = fill(from, &mut buffer[..wanted])?;
                if count < wanted {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                target.put(&buffer[..count])?;
                each(target, target.at);
                left -= count as u64;
            }
        }
        target.end(self.length)?;
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
        let file = tempfile::tempfile().unwrap();
        let mut target = Target::new(file);
        copy(
            &mut &*bytes,
            &mut target,
            &mut vec![0; 3 * BLOCK],
            |_, _| {},
        )
        .unwrap();
        target.file.rewind().unwrap();
        let mut back = Vec::new();
        target.file.read_to_end(&mut back).unwrap();
        #[cfg(unix)]
        let used = std::os::unix::fs::MetadataExt::blocks(&target.file.metadata().unwrap()) * 512;
        #[cfg(not(unix))]
        let used = 0;
        (back, used)
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
