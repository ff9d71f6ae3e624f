//! Files of results, which replace older ones only when they are complete.

use std::env;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Writes a file under another name, then renames it: an older file stays until the new one is complete.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let written = || {
        if is_stream(path) {
            return fs::write(path, text);
        }
        // A link to a file stays a link.
        let place = path.canonicalize().unwrap_or_else(|_| path.into());
        let mut file = new_beside(&place)?;
        file.write_all(text.as_bytes())?;
        file.persist(place)?;
        Ok(())
    };
    written().map_err(|error| named(path, &error))
}

/// Finds out whether [`write`] can write this file, and leaves an older one untouched.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let checked = if path.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else if is_stream(path) {
        Ok(())
    } else {
        new_beside(path).map(drop)
    };
    checked.map_err(|error| named(path, &error))
}

/// The same for the files of a folder, which is made.
pub(crate) fn check_folder(folder: &Path) -> io::Result<()> {
    let checked = fs::create_dir_all(folder).and_then(|()| new_beside(&folder.join("file")));
    checked.map(drop).map_err(|error| named(folder, &error))
}

/// Whether this is a pipe or a device, such as `/dev/stdout`, which cannot be replaced.
pub(crate) fn is_stream(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir())
}

fn new_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref());
    // Other users may read it, as they may any new file.
    Builder::new().prefix(".photo-bench-").permissions(Permissions::from_mode(0o666)).tempfile_in(folder)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    let from: PathBuf = env::current_dir().unwrap_or_default();
    io::Error::new(
        error.kind(),
        format!("cannot write {} (from {}): {error}", path.display(), from.display()),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_a_link_stays() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
        write(&file, "old").unwrap();
        check(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        symlink(&file, &link).unwrap();
        write(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(link.is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_path_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        let within = file.join("within");
        for error in [
            check(&within).unwrap_err(),
            write(&within, "").unwrap_err(),
            check_folder(&within).unwrap_err(),
            check(folder.path()).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(error.starts_with(&format!("cannot write {}", folder.path().display())), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    }

    #[test]
    fn a_device_is_written_as_it_is() {
        check("/dev/null".as_ref()).unwrap();
        write("/dev/null".as_ref(), "lines").unwrap();
    }
}
