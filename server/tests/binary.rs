//! Tests of the server as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn it_announces_its_addresses_and_ends_with_its_input() {
    let certificate = std::env::temp_dir().join(format!("photo-server-{}.der", std::process::id()));
    let mut child = Command::new(env!("CARGO_BIN_EXE_photo-server"))
        .arg("--until-stdin-closes")
        .arg("--certificate")
        .arg(&certificate)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let http = lines.next().unwrap().unwrap();
    let https = lines.next().unwrap().unwrap();
    assert!(https.starts_with("https://127.0.0.1:"));

    let mut stream = TcpStream::connect(http.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /photo?bytes=1000 HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    assert!(reply.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(std::fs::read(&certificate).unwrap()[0], 0x30, "DER begins with a sequence");
    std::fs::remove_file(&certificate).unwrap();

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn errors_are_one_line() {
    for (dir, error) in [("no/such/folder", ": "), ("Cargo.toml", " is not a folder")] {
        let output = Command::new(env!("CARGO_BIN_EXE_photo-server")).args(["--dir", dir]).output().unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with(&format!("photo-server: {dir}{error}")), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
}
