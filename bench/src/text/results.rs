//! Files of results.

use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The file, made before the run: minutes of work must not end with a path that cannot be written.
pub(crate) fn create(path: &Path) -> io::Result<(File, PathBuf)> {
    match File::create(path) {
        Ok(file) => Ok((file, path.to_owned())),
        Err(error) => {
            let place = env::current_dir().unwrap_or_default();
            let why = format!("cannot write {} (from {}): {error}", path.display(), place.display());
            Err(io::Error::new(error.kind(), why))
        }
    }
}
