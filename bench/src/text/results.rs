//! Files of results: replaced only by complete ones.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file that holds its former results until new ones are complete.
#[derive(Clone, Debug)]
pub(crate) struct ResultsFile {
    path: PathBuf,
    /// Holds the results of a run that has not ended, or that was ended early: the path with `.unfinished`.
    unfinished: PathBuf,
}

impl ResultsFile {
    /// The file at `path`. It is checked at once, and left as it is: minutes of work must not end with a path that
    /// cannot be written.
    ///
    /// # Errors
    ///
    /// If it cannot be written, with its path.
    pub(crate) fn checked(path: &Path) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let writable =
            if path.exists() { OpenOptions::new().append(true).open(&path).map(drop) } else { Ok(()) };
        writable.and_then(|()| beside(&path).map(drop)).map_err(|error| named(&path, &error))?;
        let unfinished = path.with_added_extension("unfinished");
        Ok(Self { path, unfinished })
    }

    /// Keeps the results of the finished parts, next to the former ones.
    pub(crate) fn keep(&self, text: &str) -> io::Result<()> {
        if is_special(&self.path) { Ok(()) } else { replace(&self.unfinished, text) }
    }

    /// Replaces the former results by these; a run that ended early replaces nothing. Returns the path of the file
    /// with these results.
    pub(crate) fn end(&self, text: &str, is_complete: bool) -> io::Result<&Path> {
        if !is_complete && self.path.is_file() {
            self.keep(text)?;
            return Ok(&self.unfinished);
        }
        replace(&self.path, text)?;
        fs::remove_file(&self.unfinished).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        Ok(&self.path)
    }
}

/// Makes the folder unless it exists, and checks that files can be made in it.
///
/// # Errors
///
/// If that is not possible, with its path.
pub(crate) fn check_folder(folder: &Path) -> io::Result<()> {
    let made = fs::create_dir_all(folder).and_then(|()| beside(&folder.join("any")).map(drop));
    made.map_err(|error| named(folder, &error))
}

/// Writes the text into another file, which then takes the place of `path`. So a reader, and whatever ends this process,
/// finds either the old text or the new one.
///
/// # Errors
///
/// If the file cannot be written, with its path.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let whole = || {
        if is_special(path) {
            return fs::write(path, text);
        }
        let mut file = beside(path)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    whole().map_err(|error| named(path, &error))
}

/// Whether it is a pipe or a device, which cannot be replaced.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| !file.is_file())
}

/// A new file in the same folder. It disappears with its handle.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let usual = Permissions::from_mode(0o666); // the process's mask takes its part
    Builder::new().prefix(".photo-bench-").permissions(usual).tempfile_in(path.parent().unwrap_or(path))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn former_results_stay_until_new_ones_are_complete() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("load.jsonl");
        fs::write(&path, "former").unwrap();
        let file = ResultsFile::checked(&path).unwrap();
        file.keep("a part").unwrap();
        let of_early_end = file.end("two parts", false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "former");
        assert_eq!(fs::read_to_string(of_early_end).unwrap(), "two parts");
        assert_eq!(file.end("new", true).unwrap(), path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::remove_file(&path).unwrap();
        assert_eq!(file.end("some", false).unwrap(), path);
    }

    #[test]
    fn a_path_that_cannot_be_written_is_named_beforehand() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for path in [file.join("below"), folder.path().join("nowhere/load.jsonl"), folder.path().to_owned()] {
            let error = ResultsFile::checked(&path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
        }
        assert!(check_folder(&file).unwrap_err().to_string().contains("cannot write"));
        check_folder(&folder.path().join("a/b")).unwrap();
    }

    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        let file = ResultsFile::checked("/dev/null".as_ref()).unwrap();
        file.end("text", true).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
