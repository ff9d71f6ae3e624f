//! Any URL as the origin of a photo: its file name is one name, harmless on any system.

#![no_main]

use std::ffi::OsStr;
use std::path::{Component, Path};
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use photo::{Config, Exchange, Photo, Step};

fuzz_target!(|input: (bool, &str)| {
    let (is_gif, path) = input;
    let Some(photo) = photo(&format!("http://a.test/{path}"), is_gif) else { return };
    let name = photo.file_name();

    let parts: Vec<_> = Path::new(&name).components().collect();
    assert_eq!(parts, [Component::Normal(OsStr::new(&name))], "no single name");
    assert!(name.len() <= 200, "{} bytes: {name:?}", name.len());
    assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']), "{name:?}");
    let forbidden = |c: char| c.is_control() || "/\\:*?\"<>|~".contains(c);
    assert!(!name.contains(forbidden), "{name:?}");
    assert!(!is_gif || name.to_ascii_lowercase().ends_with(".gif"), "{name:?}");
    let device = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |name: &str| {
        device.strip_prefix(name).is_some_and(|number| {
            let mut digits = number.chars();
            matches!(digits.next(), Some('1'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
        })
    };
    assert!(
        !["con", "prn", "aux", "nul"].contains(&&*device) && !numbered("com") && !numbered("lpt"),
        "{name:?}"
    );
});

/// The photo of a download of `url`.
fn photo(url: &str, is_gif: bool) -> Option<Photo> {
    let body: &[u8] = if is_gif { b"GIF89a\x01\0\x01\0\0\0\0;" } else { b"something else" };
    let mut exchange = Exchange::new(url, &Arc::new(Config::default().verify_format(false))).ok()?;
    exchange.sent(exchange.to_send().len());
    let reply = [b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n", body].concat();
    let mut scratch = [0; 128];
    exchange.space(&mut scratch)[..reply.len()].copy_from_slice(&reply);
    match exchange.filled(&mut scratch, reply.len()) {
        Ok(Step::Done { photo, .. }) => Some(photo),
        other => panic!("{other:?}"),
    }
}
