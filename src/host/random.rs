//! Random bytes and ids.

/// Fills `buffer` with random bytes.
pub(super) fn fill(buffer: &mut [u8]) {
    // Every system we run on has a random source; where one is shut off, a
    // clash of ids is what remains to be feared, not a crash.
    if getrandom::fill(buffer).is_err() {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_nanos());
        for (index, byte) in buffer.iter_mut().enumerate() {
            *byte = (now >> (index % 16 * 8)) as u8 ^ (std::process::id() as u8);
        }
    }
}

/// Returns `bytes` random bytes as hex digits.
pub fn random_hex(bytes: usize) -> String {
    use std::fmt::Write;
    let mut buffer = vec![0; bytes];
    fill(&mut buffer);
    buffer.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
