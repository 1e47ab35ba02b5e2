//! Box versions and constraints, with the order and the grammar that RubyGems
//! gives them (`Gem::Version`, `Gem::Requirement`), because Vagrantfiles and
//! catalogs are written for those. Knows nothing about boxes.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::BoxError;

/// A version: numbers and words between dots. `1.0` equals `1.0.0`; a word
/// makes a prerelease, which comes before the release of the same numbers.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    segments: Vec<Segment>,
}

/// One part of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Digits.
    Number(u128),
    /// Letters.
    Word(String),
}

impl Version {
    /// Returns the text in its normal form: `1.0-rc1` is `1.0.pre.rc1`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the parts as written, zeros at the end included.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns whether a word is among the parts.
    pub fn is_prerelease(&self) -> bool {
        self.segments
            .iter()
            .any(|segment| matches!(segment, Segment::Word(_)))
    }

    /// Returns the release that a prerelease leads to; a release itself.
    #[must_use]
    pub fn release(&self) -> Self {
        if self.is_prerelease() {
            Self::of(self.numbers())
        } else {
            self.clone()
        }
    }

    /// Returns the first version that `~>` leaves out: the last number but one
    /// is raised (the only one, if there is one).
    fn bump(&self) -> Self {
        let mut numbers = self.numbers();
        if numbers.len() > 1 {
            numbers.pop();
        }
        if let Some(last) = numbers.last_mut() {
            *last = last.saturating_add(1);
        }
        Self::of(numbers)
    }

    /// Returns the numbers before the first word.
    fn numbers(&self) -> Vec<u128> {
        self.segments
            .iter()
            .map_while(|segment| match segment {
                Segment::Number(number) => Some(*number),
                Segment::Word(_) => None,
            })
            .collect()
    }

    fn of(numbers: Vec<u128>) -> Self {
        let text: Vec<String> = numbers.iter().map(u128::to_string).collect();
        Self {
            text: text.join("."),
            segments: numbers.into_iter().map(Segment::Number).collect(),
        }
    }

    /// Returns the parts that count in a comparison: zeros at the end of the
    /// numbers and at the end of the whole do not.
    fn canonical(&self) -> Vec<&Segment> {
        let zero = Segment::Number(0);
        let words = self
            .segments
            .iter()
            .position(|segment| matches!(segment, Segment::Word(_)))
            .unwrap_or(self.segments.len());
        let (numbers, rest) = self.segments.split_at(words);
        let trimmed = |part: &[Segment]| {
            part.iter()
                .rposition(|segment| *segment != zero)
                .map_or(0, |last| last + 1)
        };
        numbers[..trimmed(numbers)]
            .iter()
            .chain(&rest[..trimmed(rest)])
            .collect()
    }
}

impl FromStr for Version {
    type Err = BoxError;

    fn from_str(text: &str) -> Result<Self, BoxError> {
        let malformed = || BoxError::VersionMalformed {
            version: text.to_owned(),
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::of(vec![0]));
        }
        if !is_version(text) {
            return Err(malformed());
        }
        let text = text.replace('-', ".pre.");
        let mut segments = Vec::new();
        for part in text.split('.') {
            let mut rest = part;
            while let Some(first) = rest.chars().next() {
                let digits = first.is_ascii_digit();
                let end = rest
                    .find(|c: char| c.is_ascii_digit() != digits)
                    .unwrap_or(rest.len());
                let (piece, after) = rest.split_at(end);
                segments.push(if digits {
                    Segment::Number(piece.parse().unwrap_or(u128::MAX))
                } else {
                    Segment::Word(piece.to_owned())
                });
                rest = after;
            }
        }
        Ok(Self { text, segments })
    }
}

/// Digits, then parts after dots; after a first `-` dashes are allowed too, and
/// no part is empty.
fn is_version(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let dashed = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let (numbers, suffix) = match text.split_once('-') {
        Some((numbers, suffix)) => (numbers, Some(suffix)),
        None => (text, None),
    };
    let mut parts = numbers.split('.');
    parts
        .next()
        .is_some_and(|first| !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()))
        && parts.all(part)
        && suffix.is_none_or(|suffix| suffix.split('.').all(dashed))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let zero = Segment::Number(0);
        let (ours, theirs) = (self.canonical(), other.canonical());
        for index in 0..ours.len().max(theirs.len()) {
            let a = ours.get(index).copied().unwrap_or(&zero);
            let b = theirs.get(index).copied().unwrap_or(&zero);
            let order = match (a, b) {
                (Segment::Number(a), Segment::Number(b)) => a.cmp(b),
                (Segment::Word(a), Segment::Word(b)) => a.cmp(b),
                (Segment::Word(_), Segment::Number(_)) => Ordering::Less,
                (Segment::Number(_), Segment::Word(_)) => Ordering::Greater,
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// How a constraint compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Compatible,
}

/// Longer ones first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 7] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("~>", Operator::Compatible),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

/// One comparison, such as `~> 1.2`.
#[derive(Clone, Debug)]
struct Requirement {
    operator: Operator,
    version: Version,
}

impl Requirement {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (operator, version) = OPERATORS
            .iter()
            .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
            .unwrap_or((Operator::Equal, text));
        let version = version.trim();
        if version.is_empty() {
            return None;
        }
        Some(Self {
            operator,
            version: version.parse().ok()?,
        })
    }

    fn matches(&self, version: &Version) -> bool {
        match self.operator {
            Operator::Equal => version == &self.version,
            Operator::NotEqual => version != &self.version,
            Operator::Greater => version > &self.version,
            Operator::Less => version < &self.version,
            Operator::GreaterOrEqual => version >= &self.version,
            Operator::LessOrEqual => version <= &self.version,
            Operator::Compatible => {
                version >= &self.version && version.release() < self.version.bump()
            }
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = OPERATORS
            .iter()
            .find(|(_, operator)| *operator == self.operator)
            .map_or("=", |(sign, _)| sign);
        write!(f, "{sign} {}", self.version)
    }
}

/// Comparisons that must all hold: what `box_version` says. Prereleases are not
/// left out, as in Vagrant: `>= 0` matches `2.0.0.pre1`.
#[derive(Clone, Debug, Default)]
pub struct Constraint(Vec<Requirement>);

impl Constraint {
    /// Returns the constraint that every version meets.
    pub fn any() -> Self {
        Self::default()
    }

    /// Returns the constraint that only this version meets.
    pub fn exactly(version: &Version) -> Self {
        Self(vec![Requirement {
            operator: Operator::Equal,
            version: version.clone(),
        }])
    }

    /// Returns the constraint that all of `parts` make together.
    pub fn all<'a>(parts: impl IntoIterator<Item = &'a str>) -> Result<Self, BoxError> {
        parts
            .into_iter()
            .map(|part| {
                Requirement::parse(part).ok_or_else(|| BoxError::ConstraintMalformed {
                    constraint: part.to_owned(),
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns whether `version` meets every part.
    pub fn matches(&self, version: &Version) -> bool {
        self.0.iter().all(|part| part.matches(version))
    }

    /// Returns the parts as text: `["~> 1.2"]`.
    pub fn parts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl FromStr for Constraint {
    type Err = BoxError;

    /// Reads parts separated by commas. Commas at the end do not count (Ruby's
    /// `split` drops them); an empty part before one does.
    fn from_str(text: &str) -> Result<Self, BoxError> {
        let trimmed = text.trim_end_matches(',');
        if trimmed.is_empty() {
            return Ok(Self::any());
        }
        Self::all(trimmed.split(',')).map_err(|_| BoxError::ConstraintMalformed {
            constraint: text.to_owned(),
        })
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(">= 0");
        }
        f.write_str(&self.parts().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn words_come_before_their_release_and_zeros_do_not_count() {
        assert_eq!(version("1.0"), version("1.0.0"));
        assert!(version("1.0.0.pre") < version("1.0"));
        assert!(version("1.10") > version("1.9"));
        assert_eq!(version("1.0-1"), version("1.0.0.pre1"));
    }

    #[test]
    fn a_number_of_any_length_is_no_panic() {
        assert!(version(&"9".repeat(200)) > version("1"));
        let bumped: Constraint = format!("~> {}", "9".repeat(200)).parse().unwrap();
        assert!(!bumped.matches(&version("1")));
    }

    #[test]
    fn a_constraint_is_shown_as_it_was_understood() {
        let constraint: Constraint = ">=1.0 , <2".parse().unwrap();
        assert_eq!(constraint.to_string(), ">= 1.0, < 2");
        assert_eq!(Constraint::any().to_string(), ">= 0");
    }
}
