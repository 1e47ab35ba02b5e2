//! Why a box cannot be read as the form it claims to be.

use std::path::PathBuf;

use crate::error::{Explain, Kind};

/// A box is not what its provider's boxes are.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The box holds no disk that can be used.
    #[error("box `{name}` ({provider}) holds no usable disk: {reason}")]
    NoDisk {
        /// Box.
        name: String,
        /// What it was built for.
        provider: String,
        /// What was looked for.
        reason: String,
    },
    /// A disk image names a file that is not its own.
    #[error("disk `{}` refers to `{target}`, outside its box", image.display())]
    Escapes {
        /// The image.
        image: PathBuf,
        /// What its header names.
        target: String,
    },
    /// A descriptor file of a box is broken.
    #[error("cannot read the machine description `{}`: {reason}", path.display())]
    BadDescriptor {
        /// OVF, VMX or XML file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A disk image cannot be understood.
    #[error("disk `{}` cannot be used: {reason}", image.display())]
    BadImage {
        /// The image.
        image: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Explain for FormError {
    fn kind(&self) -> Kind {
        Kind::External
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoDisk { .. } | Self::BadDescriptor { .. } => {
                vec!["`rove box verify` tells whether the box is as it was added".to_owned()]
            }
            Self::BadImage { .. } => Vec::new(),
            Self::Escapes { .. } => vec![
                "do not use this box unless you know why it reaches outside; an overlay must be flattened before it is packaged (`qemu-img convert`)".to_owned(),
            ],
        }
    }
}
