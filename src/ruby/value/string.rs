//! Strings: bytes that are nearly always UTF-8, changed in place.

use std::cell::{Cell, RefCell};

use super::Extra;

/// A String.
#[derive(Default)]
pub struct RString {
    bytes: RefCell<Vec<u8>>,
    /// Its encoding is ASCII-8BIT.
    pub binary: Cell<bool>,
    /// Frozen.
    pub frozen: Cell<bool>,
    /// Class and instance variables, where they are special.
    pub extra: RefCell<Option<Box<Extra>>>,
}

impl RString {
    /// Returns a string with this text.
    pub fn new(text: &str) -> Self {
        Self::from_bytes(text.as_bytes().to_vec())
    }

    /// Returns a string of these bytes, taken for UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self {
            bytes: RefCell::new(bytes),
            ..Self::default()
        }
    }

    /// Returns the text; invalid bytes become the replacement character.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.borrow()).into_owned()
    }

    /// Returns a copy of the bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.borrow().clone()
    }

    /// Calls `f` with the bytes; it must not call back into Ruby.
    pub fn with<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.bytes.borrow())
    }

    /// Tells whether the text is `text`.
    pub fn is(&self, text: &str) -> bool {
        *self.bytes.borrow() == text.as_bytes()
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.borrow().len()
    }

    /// Tells whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.borrow().is_empty()
    }

    /// Tells whether the bytes are valid in the string's encoding.
    pub fn is_valid(&self) -> bool {
        self.binary.get() || std::str::from_utf8(&self.bytes.borrow()).is_ok()
    }

    /// Puts `bytes` in place of what there was.
    pub fn set(&self, bytes: impl Into<Vec<u8>>) {
        *self.bytes.borrow_mut() = bytes.into();
    }

    /// Adds `bytes` at the end.
    pub fn push(&self, bytes: &[u8]) {
        self.bytes.borrow_mut().extend_from_slice(bytes);
    }
}
