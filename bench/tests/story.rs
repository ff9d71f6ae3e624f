//! The story in Node: "Download started" is printed before the photo or the error is handled.
//!
//! The tests skip, and say so, where Node 20 or later is not on the path.

use std::process::{Command, Output};

use photo_server::PhotoServer;

const STORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/node/story.mjs");

#[test]
fn the_download_has_started_before_the_photo_is_handled() {
    let Some(Output { status, stdout, .. }) = story("/photo?bytes=5000") else { return };
    assert_eq!(String::from_utf8_lossy(&stdout), "Download started\nDownload finished: 5000 bytes\n");
    assert!(status.success(), "{status}");
}

#[test]
fn the_download_has_started_before_the_error_is_handled() {
    let Some(Output { status, stdout, stderr }) = story("/nothing-here") else { return };
    assert_eq!(String::from_utf8_lossy(&stdout), "Download started\n");
    assert_eq!(String::from_utf8_lossy(&stderr), "Download error! the server replied with 404\n");
    assert_eq!(status.code(), Some(1));
}

fn story(path: &str) -> Option<Output> {
    if !node_is_installed() {
        eprintln!("skipped: Node 20 or later is not on the path");
        return None;
    }
    let server = PhotoServer::start().expect("the server starts");
    let output = Command::new("node").arg(STORY).arg(server.url(path)).output();
    Some(output.expect("node runs"))
}

fn node_is_installed() -> bool {
    let Ok(Output { stdout, .. }) = Command::new("node").arg("--version").output() else { return false };
    let version = String::from_utf8_lossy(&stdout);
    let major = version.trim().strip_prefix('v').and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 20)
}
