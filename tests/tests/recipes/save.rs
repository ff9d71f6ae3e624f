//! The recipe `save`: a whole file or none, inside the folder, and never over another file.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use photo::SaveError;
use photo_server::{Fault, PictureFormat};
use photo_tests::{Outcome, Picture, Site, Style, suite};
use tempfile::TempDir;

suite! {
    a_photo_is_saved_under_its_name,
    the_extension_is_that_of_the_format,
    a_photo_that_is_there_is_not_overwritten,
    a_hostile_name_stays_inside_of_the_folder,
    a_missing_folder_is_an_error,
    a_file_in_place_of_the_folder_is_an_error,
    a_failed_download_leaves_nothing_behind,
}

/// The names of all files in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn gif(seed: u64) -> Picture {
    Picture { format: PictureFormat::Gif, bytes: 3000, seed }
}

/// The URL that serves `picture` under a name.
fn named(site: &Site, name: &str, picture: Picture) -> String {
    site.url(&format!("/photo/{name}?{}", picture.query()))
}

fn a_photo_is_saved_under_its_name(style: Style) {
    let (site, folder) = (Site::start(), TempDir::new().unwrap());
    let path = site.client(style).save(&named(&site, "cat.gif", gif(1)), folder.path()).unwrap();
    assert_eq!(path, folder.path().join("cat.gif"));
    assert!(fs::read(path).unwrap() == gif(1).file());
    assert_eq!(names(folder.path()), ["cat.gif"]);
}

fn the_extension_is_that_of_the_format(style: Style) {
    let (site, folder) = (Site::start(), TempDir::new().unwrap());
    let client = site.client(style);
    for (name, saved) in [
        ("ABC.gif_large", "ABC.gif"),
        ("image.php", "image.gif"),
        ("cat.png", "cat.gif"),
        ("St.%20Bernard", "St. Bernard.gif"),
        ("ka%CC%88tzchen.gif", "k\u{e4}tzchen.gif"),
    ] {
        let path = client.save(&named(&site, name, gif(1)), folder.path()).unwrap();
        assert_eq!(path, folder.path().join(saved));
    }
}

fn a_photo_that_is_there_is_not_overwritten(style: Style) {
    let (site, folder) = (Site::start(), TempDir::new().unwrap());
    let client = site.client(style);
    for (seed, name) in [(0, "cat.gif"), (1, "cat (1).gif"), (2, "cat (2).gif")] {
        let path = client.save(&named(&site, "cat.gif", gif(seed)), folder.path()).unwrap();
        assert_eq!(path, folder.path().join(name));
    }
    assert_eq!(names(folder.path()), ["cat (1).gif", "cat (2).gif", "cat.gif"]);
    assert!(fs::read(folder.path().join("cat.gif")).unwrap() == gif(0).file());
    assert!(fs::read(folder.path().join("cat (2).gif")).unwrap() == gif(2).file());
}

fn a_hostile_name_stays_inside_of_the_folder(style: Style) {
    let (site, outside) = (Site::start(), TempDir::new().unwrap());
    let folder = outside.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let client = site.client(style);
    let long = "x".repeat(300);
    let hostile = [
        "..%2f..%2fetc%2fpasswd",
        "..%2fcat.gif",
        "%2fetc%2fpasswd",
        "..%5c..%5cboot.ini",
        "c%3a%5cboot.ini",
        "%00",
        "cat.gif%00.txt",
        "NUL.gif",
        "com1",
        ".bashrc",
        "%20.",
        &long,
    ];
    for name in hostile {
        let path = client.save(&named(&site, name, gif(0)), &folder).unwrap();
        assert_eq!(path.parent(), Some(&*folder), "{name}");
        assert!(fs::read(path).unwrap() == gif(0).file(), "{name}");
    }
    assert_eq!(names(outside.path()), ["folder"]);
    let names = names(&folder);
    assert_eq!(names.len(), hostile.len(), "{names:?}");
    for name in names {
        assert!(name.len() < 256 && !name.starts_with('.') && !name.contains(['\\', ':', '\0']), "{name}");
    }
}

fn a_missing_folder_is_an_error(style: Style) {
    let (site, outside) = (Site::start(), TempDir::new().unwrap());
    let folder = outside.path().join("missing");
    let result = site.client(style).save(&named(&site, "cat.gif", gif(0)), &folder);
    let Err(SaveError::File { path, source }) = result else { panic!("found {result:?}") };
    assert_eq!((path, source.kind()), (folder.join("cat.gif"), ErrorKind::NotFound));
    assert!(names(outside.path()).is_empty());
}

fn a_file_in_place_of_the_folder_is_an_error(style: Style) {
    let (site, outside) = (Site::start(), TempDir::new().unwrap());
    let file = outside.path().join("file");
    fs::write(&file, "text").unwrap();
    let result = site.client(style).save(&named(&site, "cat.gif", gif(0)), &file);
    assert!(matches!(result, Err(SaveError::File { .. })), "{result:?}");
    assert_eq!(fs::read(file).unwrap(), b"text");
}

fn a_failed_download_leaves_nothing_behind(style: Style) {
    let (site, folder) = (Site::start(), TempDir::new().unwrap());
    let client = site.client(style);
    for (fault, expected) in [
        (Fault::Status, Outcome::Status(404)),
        (Fault::CutBody, Outcome::Truncated),
        (Fault::ResetInBody, Outcome::Io),
        (Fault::Html, Outcome::NotAPhoto),
    ] {
        let result = client.save(&site.fault(fault, ""), folder.path());
        let Err(SaveError::Download(error)) = result else { panic!("{fault:?}: found {result:?}") };
        expected.assert_of(&Err(error));
        assert!(names(folder.path()).is_empty(), "{fault:?}");
    }
}

/// A full disk and a crash: a limit of the operating system stops files of this process at a few KiB, which fails the
/// write or, by default, ends the process.
mod small_disk {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Output};
    use std::{env, fs};

    use super::{Path, Picture, SaveError, Site, Style, TempDir, names};

    photo_tests::suite! {
        a_full_disk_is_an_error_that_leaves_nothing_behind,
        a_crash_leaves_no_half_photo,
    }

    /// The variable with the folder, set in the process with the small disk.
    const FOLDER: &str = "PHOTO_TESTS_SMALL_DISK";

    fn a_full_disk_is_an_error_that_leaves_nothing_behind(style: Style) {
        if let Some(folder) = env::var_os(FOLDER) {
            let result = save_a_large_photo(style, folder.as_ref());
            assert!(matches!(result, Err(SaveError::File { .. })), "{result:?}");
            return;
        }
        let folder = TempDir::new().unwrap();
        let test = "a_full_disk_is_an_error_that_leaves_nothing_behind";
        let output = on_a_small_disk("trap '' XFSZ", style, test, folder.path());
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
        assert!(names(folder.path()).is_empty());
    }

    fn a_crash_leaves_no_half_photo(style: Style) {
        if let Some(folder) = env::var_os(FOLDER) {
            let result = save_a_large_photo(style, folder.as_ref());
            panic!("it did not crash: {result:?}");
        }
        let folder = TempDir::new().unwrap();
        let output = on_a_small_disk("ulimit -c 0", style, "a_crash_leaves_no_half_photo", folder.path());
        assert!(output.status.signal().is_some(), "{output:?}");
        // Half a photo exists, but under a name that is not mistaken for a photo.
        let names = names(folder.path());
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(names[0].starts_with(".photo-") && names[0].contains(".part"), "{names:?}");
        assert!(fs::metadata(folder.path().join(&names[0])).unwrap().len() > 0);
    }

    fn save_a_large_photo(style: Style, folder: &Path) -> Result<std::path::PathBuf, SaveError> {
        let site = Site::start();
        site.client(style).save(&site.url(&Picture::jpeg(1 << 20, 1).path()), folder)
    }

    /// Runs one test of this module in a child process.
    fn on_a_small_disk(prepare: &str, style: Style, test: &str, folder: &Path) -> Output {
        let (_binary, here) = module_path!().split_once("::").unwrap();
        let module = style.name().replace('-', "_");
        Command::new("sh")
            .args(["-c", &format!("{prepare}; ulimit -f 16; exec \"$@\""), "sh"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", &format!("{here}::{module}::{test}")])
            .env(FOLDER, folder)
            .output()
            .unwrap()
    }
}

/// A file system that can neither rename without overwriting nor link: strace refuses both.
#[cfg(target_os = "linux")]
mod plain_file_system {
    use std::env;
    use std::process::Command;

    use super::{Site, Style, TempDir, fs, gif, named, names};

    photo_tests::suite! {
        a_photo_is_saved_on_any_file_system,
    }

    /// The variable with the folder, set in the process that strace watches.
    const FOLDER: &str = "PHOTO_TESTS_PLAIN_FILE_SYSTEM";

    fn a_photo_is_saved_on_any_file_system(style: Style) {
        if let Some(folder) = env::var_os(FOLDER) {
            let site = Site::start();
            let client = site.client(style);
            for seed in [1, 2] {
                client.save(&named(&site, "cat.gif", gif(seed)), folder.as_ref()).unwrap();
            }
            return;
        }
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("cat (1).gif"), "another").unwrap();
        let (_binary, here) = module_path!().split_once("::").unwrap();
        let module = style.name().replace('-', "_");
        let output = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=?link,linkat,renameat2"])
            .args(["-e", "inject=?link,linkat:error=EPERM", "-e", "inject=renameat2:error=EINVAL"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", &format!("{here}::{module}::a_photo_is_saved_on_any_file_system")])
            .env(FOLDER, folder.path())
            .output();
        let Ok(output) = output else {
            println!("skipped: strace cannot be run");
            return;
        };
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
        assert_eq!(names(folder.path()), ["cat (1).gif", "cat (2).gif", "cat.gif"]);
        for (name, file) in [("cat.gif", gif(1)), ("cat (2).gif", gif(2))] {
            assert!(fs::read(folder.path().join(name)).unwrap() == file.file(), "{name}");
        }
        assert_eq!(fs::read(folder.path().join("cat (1).gif")).unwrap(), b"another");
    }
}
