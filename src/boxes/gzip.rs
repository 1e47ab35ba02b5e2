//! Gzip with several members, as parallel packers write it, and with whatever
//! may stand after the last one, which gzip ignores too. Unlike the decoder of
//! the library it takes no damage for such an end.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// First byte of a member.
const MAGIC: u8 = 0x1f;

/// What `source` has, inflated.
pub(super) struct Members<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            member: Some(GzDecoder::new(source)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.member else {
                return Ok(0);
            };
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let next = member.get_mut().fill_buf()?.first() == Some(&MAGIC);
            self.member = self
                .member
                .take()
                .filter(|_| next)
                .map(|member| GzDecoder::new(member.into_inner()));
        }
    }
}
