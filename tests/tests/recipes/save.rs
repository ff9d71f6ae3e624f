//! The recipe `save`: a whole file or none, inside the folder, and never over another file.

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use photo::SaveError;
use photo_server::{Fault, PictureFormat};
use photo_tests::{Outcome, Picture, Remote, Site, Style, child, is_installed, suite, this_program};
use tempfile::TempDir;

suite! {
    a_photo_is_saved_under_its_name,
    the_extension_is_that_of_the_format,
    a_photo_that_is_there_is_not_overwritten,
    a_hostile_name_stays_inside_of_the_folder,
    a_missing_folder_is_an_error,
    a_file_in_place_of_the_folder_is_an_error,
    a_failed_download_leaves_nothing_behind,
    a_full_disk_is_an_error_that_leaves_nothing_behind,
    a_crash_leaves_no_half_photo,
    a_photo_is_saved_on_any_file_system,
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
    let ((site, client), folder) = (Site::with(style), TempDir::new().unwrap());
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
    let ((site, client), folder) = (Site::with(style), TempDir::new().unwrap());
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
    let ((site, client), folder) = (Site::with(style), TempDir::new().unwrap());
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

/// The variable with the folder for the child.
const FOLDER: &str = "PHOTO_TESTS_FOLDER";

/// A picture that does not fit on a small disk.
fn large(seed: u64) -> Picture {
    Picture { format: PictureFormat::Gif, bytes: 200_000, seed }
}

#[test]
#[ignore = "run by the others, as a child process"]
fn saves_two_of_a_name() {
    let site = Remote::of_parent();
    let client = site.style.adapter(site.config()).unwrap();
    for seed in [1, 2] {
        let url = site.url(&format!("/photo/cat.gif?{}", large(seed).query()));
        println!("{:?}", client.save(&url, env::var_os(FOLDER).unwrap().as_ref()));
    }
}

/// Saves two photos of one name, in a process that `command` starts.
fn save_by(mut command: Command, style: Style, folder: &Path) -> Output {
    command.arg(this_program()).env(FOLDER, folder);
    child(command, "save::saves_two_of_a_name", style, &Site::start())
}

/// The system stops files of the process at a few KiB, which fails the write or, by default, ends the process.
fn on_a_small_disk(prepare: &str, style: Style, folder: &Path) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{prepare}; ulimit -f 16; exec \"$@\""), "sh"]);
    save_by(shell, style, folder)
}

fn a_full_disk_is_an_error_that_leaves_nothing_behind(style: Style) {
    let folder = TempDir::new().unwrap();
    let output = on_a_small_disk("trap '' XFSZ", style, folder.path());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.matches("Err(File").count() == 2, "{output:?}");
    assert!(names(folder.path()).is_empty());
}

fn a_crash_leaves_no_half_photo(style: Style) {
    let folder = TempDir::new().unwrap();
    let output = on_a_small_disk("ulimit -c 0", style, folder.path());
    assert!(output.status.signal().is_some(), "{output:?}");
    // Half a photo exists, but under a name that is not mistaken for a photo.
    let names = names(folder.path());
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].starts_with(".photo-") && names[0].contains(".part"), "{names:?}");
    assert!(fs::metadata(folder.path().join(&names[0])).unwrap().len() > 0);
}

/// Some file systems can neither rename without overwriting nor link: strace refuses both.
fn a_photo_is_saved_on_any_file_system(style: Style) {
    if !is_installed("strace") {
        return;
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cat (1).gif"), "another").unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=?link,linkat,renameat2"]);
    strace.args(["-e", "inject=?link,linkat:error=EPERM", "-e", "inject=renameat2:error=EINVAL"]);
    let output = save_by(strace, style, folder.path());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(folder.path()), ["cat (1).gif", "cat (2).gif", "cat.gif"]);
    for (name, file) in
        [("cat.gif", large(1).file()), ("cat (1).gif", b"another"), ("cat (2).gif", large(2).file())]
    {
        assert!(fs::read(folder.path().join(name)).unwrap() == file, "{name}");
    }
}
