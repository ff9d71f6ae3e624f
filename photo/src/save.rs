//! A photo becomes a file, whole or not at all; no existing file is touched.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{Builder, NamedTempFile, PersistError};

use crate::{Error, Photo};

/// Number of names that are tried before the folder counts as full of photos of this name.
const MAX_NAMES: u32 = 10_000;

/// The reason why a photo was not saved.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// When there is no photo to save.
    #[error("cannot download the photo: {0}")]
    Download(#[from] Error),
    /// When the operating system refused the file: no such folder, no permission, no space left.
    #[error("cannot save {path:?}: {source}")]
    File {
        /// The path of the photo.
        path: PathBuf,
        /// The error of the operating system.
        source: Arc<io::Error>,
    },
}

impl Photo {
    /// Saves the photo in `folder` under its [`file_name`](Self::file_name), and returns the path. Blocks until the
    /// photo is on the disk.
    ///
    /// The name appears when the file is whole; until then there is a hidden `.photo-….part`, which only a crash
    /// leaves behind. If the name is taken, it becomes `cat (1).gif`, `cat (2).gif` and so on.
    ///
    /// Some file systems can neither rename without overwriting nor link, such as FAT over FUSE. There, an empty file
    /// holds the name for a moment, and a crash may leave it behind.
    ///
    /// # Errors
    ///
    /// [`SaveError::File`]; the folder then has no new file.
    pub fn save(&self, folder: &Path) -> Result<PathBuf, SaveError> {
        let name = self.file_name();
        self.save_as(folder, &name, MAX_NAMES)
            .map_err(|source| SaveError::File { path: folder.join(name), source: source.into() })
    }

    fn save_as(&self, folder: &Path, name: &str, max_names: u32) -> io::Result<PathBuf> {
        let sync_folder = folder_sync(folder)?;
        let mut file = temporary(folder)?;
        file.write_all(&self.bytes)?;
        file.as_file().sync_all()?;
        let path = publish(file, folder, name, max_names, move_to_free_name)?;
        if let Err(error) = sync_folder() {
            // The caller does not get this name, so the file would stay forever.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(path)
    }
}

/// Makes the file in the same folder, because a rename is atomic only within a file system.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".photo-").suffix(".part");
    // A photo is no secret: the user's umask decides who may read it.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Moves a temporary file to an unused path, atomically.
type Move = fn(NamedTempFile, &Path) -> Result<(), PersistError>;

fn move_to_free_name(file: NamedTempFile, path: &Path) -> Result<(), PersistError> {
    file.persist_noclobber(path).map(drop)
}

/// Gives the file the first free name. A check before the rename would overwrite a file that appears in between.
fn publish(
    mut file: NamedTempFile,
    folder: &Path,
    name: &str,
    max_names: u32,
    move_to: Move,
) -> io::Result<PathBuf> {
    for number in 0..max_names {
        let path = folder.join(numbered(name, number));
        file = match move_to(file, &path) {
            Ok(()) => return Ok(path),
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => taken.file,
            // The file system may lack both calls, each with another error.
            Err(refused) => match reserve(&path) {
                Ok(()) => return fill(refused.file, path),
                Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists => refused.file,
                Err(_) => return Err(refused.error),
            },
        };
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("there are {max_names} of this name")))
}

/// Takes a free name with an empty file, which works on any file system.
fn reserve(path: &Path) -> io::Result<()> {
    File::create_new(path).map(drop)
}

/// Moves the file over the empty one.
fn fill(file: NamedTempFile, reserved: PathBuf) -> io::Result<PathBuf> {
    match file.persist(&reserved) {
        Ok(_) => Ok(reserved),
        Err(refused) => {
            // Nothing is saved, so the name must not stay.
            let _ = fs::remove_file(&reserved);
            Err(refused.error)
        }
    }
}

/// `cat.gif`, `cat (1).gif`, `cat (2).gif`.
fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        _ if number == 0 => name.to_owned(),
        Some((stem, extension)) => format!("{stem} ({number}).{extension}"),
        None => format!("{name} ({number})"),
    }
}

/// Makes the new name survive a power cut. The folder is opened now, so that this cannot fail when the file is there.
fn folder_sync(folder: &Path) -> io::Result<impl FnOnce() -> io::Result<()>> {
    let folder = File::open(folder)?;
    Ok(move || match folder.sync_all() {
        // Some network file systems cannot sync a folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        result => result,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;
    use crate::Format;

    fn photo() -> Photo {
        let url = "http://a.test/cat.gif".into();
        Photo { bytes: b"GIF89a".to_vec(), url, format: Format::Gif, size: None }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn photos_saved_at_once_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let paths: HashSet<_> = thread::scope(|scope| {
            let save = || photo().save(folder.path()).unwrap();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(save)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(paths.len(), 8);
        assert_eq!(names(folder.path()).len(), 8);
        assert!(paths.iter().all(|path| fs::read(path).unwrap() == photo().bytes));
    }

    #[test]
    fn tries_for_a_name_come_to_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let save = || photo().save_as(folder.path(), "my.cat.gif", 2);
        save().unwrap();
        save().unwrap();
        assert_eq!(save().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(folder.path()), ["my.cat (1).gif", "my.cat.gif"]);
        assert_eq!(numbered("cat", 1), "cat (1)");
    }

    /// Fails like a file system that can neither rename without overwriting nor link.
    fn no_way(file: NamedTempFile, _path: &Path) -> Result<(), PersistError> {
        Err(PersistError { error: io::ErrorKind::Unsupported.into(), file })
    }

    fn written(folder: &Path, bytes: &[u8]) -> NamedTempFile {
        let mut file = temporary(folder).unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_plain_file_system_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let paths: HashSet<_> = thread::scope(|scope| {
            let save = |i: u8| {
                let file = written(folder.path(), &[i]);
                (i, publish(file, folder.path(), "cat.gif", MAX_NAMES, no_way).unwrap())
            };
            let threads: Vec<_> = (0..8).map(|i| scope.spawn(move || save(i))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(names(folder.path()).len(), 8);
        assert!(paths.iter().all(|(i, path)| fs::read(path).unwrap() == [*i]));
    }

    /// The temporary file is gone, so the last step fails.
    #[test]
    fn a_reserved_name_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let reserved = folder.path().join("cat.gif");
        let file = written(folder.path(), b"GIF89a");
        fs::remove_file(file.path()).unwrap();
        reserve(&reserved).unwrap();
        assert_eq!(fill(file, reserved).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(names(folder.path()).is_empty());
    }

    /// Other users may read it, unless the umask forbids it.
    #[test]
    fn a_photo_has_the_permissions_of_any_other_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        let usual = folder.path().join("usual");
        fs::write(&usual, "").unwrap();
        assert_eq!(mode(&photo().save(folder.path()).unwrap()), mode(&usual));
    }
}
