//! The result of a download.

use std::fmt;

use crate::{Config, Error, Format, Progress, Size, Target};

/// A downloaded photo, whole.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Photo {
    /// The file, byte for byte as it was served.
    pub bytes: Vec<u8>,
    /// The final URL after redirects, without credentials.
    pub url: String,
    /// The format by the first bytes, whatever the server called it.
    pub format: Format,
    /// The size as a viewer shows it; `None` if the format is unknown or the file's head is unusual.
    pub size: Option<Size>,
}

impl Photo {
    /// The photo in the body of an accepted reply from `target`.
    ///
    /// # Errors
    ///
    /// [`Error::NotAPhoto`] if the bytes begin like no known format and the configuration requires one.
    pub fn new(bytes: Vec<u8>, target: &Target, config: &Config) -> Result<Self, Error> {
        let format = match Format::of(&bytes) {
            Some(format) => format,
            None if target.wants_photo(config) => return Err(not_a_photo(&bytes)),
            None => Format::Unknown,
        };
        let size = Size::of(format, &bytes);
        Ok(Self { bytes, url: target.url(), format, size })
    }

    /// The progress of a download that has ended with this photo.
    #[must_use]
    pub fn received(&self) -> Progress {
        let length = self.bytes.len() as u64;
        Progress { received: length, total: Some(length) }
    }

    /// The last segment of the URL's path, for showing; not safe as a file name.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("photo")
    }
}

fn not_a_photo(bytes: &[u8]) -> Error {
    let start = &bytes[..bytes.len().min(16)];
    Error::NotAPhoto { length: bytes.len() as u64, start: String::from_utf8_lossy(start).into() }
}

/// Leaves out the bytes, which only fill a log.
impl fmt::Debug for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Photo")
            .field("url", &self.url)
            .field("format", &self.format)
            .field("size", &self.size)
            .field("length", &self.bytes.len())
            .finish()
    }
}

/// Prints, for example, `cat.gif (GIF, 640 × 480, 51200 bytes)`.
impl fmt::Display for Photo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, size, bytes, .. } = self;
        write!(f, "{} ({format}, ", self.name())?;
        if let Some(size) = size {
            write!(f, "{size}, ")?;
        }
        write!(f, "{} bytes)", bytes.len())
    }
}
