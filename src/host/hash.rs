//! A short hash for names of files and for telling contents apart. Not against
//! anybody who wants two things to look the same.

/// Returns the FNV-1a hash of `bytes`: the same in every version of rove.
/// Source: <http://www.isthe.com/chongo/tech/comp/fnv/>.
pub fn short_hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // From the test vectors of the page above.
        assert_eq!(short_hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(short_hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(short_hash(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
