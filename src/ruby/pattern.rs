//! Ruby's regular expressions for whoever has no interpreter at hand.

use super::RegexpFlags;
use super::builtins::regexp_syntax::translate;

/// Returns whether a text holds a match of `pattern`, written without its
/// slashes; else what is wrong with the pattern.
pub fn pattern_matches(pattern: &str, text: &str) -> Result<bool, String> {
    fancy_regex::Regex::new(&translate(pattern, RegexpFlags::default()))
        .and_then(|regex| regex.is_match(text))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_anywhere_counts() {
        assert_eq!(pattern_matches(r"b-\d\z", "web-1"), Ok(true));
        assert_eq!(pattern_matches("^b", "web-1"), Ok(false));
        assert!(pattern_matches("(", "web-1").is_err());
    }
}
