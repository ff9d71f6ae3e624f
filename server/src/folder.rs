//! The folder of the user's own photos.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use image::ImageFormat;

use crate::photos::MAX_PICTURE_BYTES;

/// A folder whose files, and nothing outside of it, are served.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let root = path
            .canonicalize()
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        if !root.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::NotADirectory,
                format!("{} is not a folder", path.display()),
            ));
        }
        Ok(Self { root })
    }

    /// The bytes of a file and their media type. `None` if there is no such file of at most 64 MiB inside.
    pub(crate) fn read(&self, name: &str) -> Option<(Vec<u8>, &'static str)> {
        let path = self.resolve(name)?;
        let found = fs::metadata(&path).ok()?;
        if !found.is_file() || found.len() > MAX_PICTURE_BYTES as u64 {
            return None;
        }
        let content_type = content_type(&path);
        Some((fs::read(path).ok()?, content_type))
    }

    /// Resolves a name with two checks: the name must not climb, and its file, links followed, must be inside.
    fn resolve(&self, name: &str) -> Option<PathBuf> {
        let name = Path::new(name);
        let plain = |part| matches!(part, Component::Normal(_));
        if name.as_os_str().is_empty() || !name.components().all(plain) {
            return None;
        }
        let path = self.root.join(name).canonicalize().ok()?;
        path.starts_with(&self.root).then_some(path)
    }
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("heic" | "heif") => "image/heif",
        Some("jxl") => "image/jxl",
        _ => ImageFormat::from_path(path).map_or("application/octet-stream", |format| format.to_mime_type()),
    }
}
