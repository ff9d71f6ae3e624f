//! Equal work: the same requests, byte for byte, over the same number of connections, from every style.

use std::env;
use std::process::Command;
use std::sync::Arc;

use photo::Exchange;
use photo_server::Fault;
use photo_tests::{Picture, Scheme, Site, Style, suite, within};

suite! {
    a_photo_arrives,
}

fn a_photo_arrives(style: Style) {
    let site = Site::start();
    for scheme in Scheme::ALL {
        let picture = Picture::jpeg(2000, 1);
        picture.assert_is(&site.client(style).download(&site.url_by(scheme, &picture.path())).unwrap());
    }
}

/// The counts of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    connections: u64,
    requests: u64,
    bytes_sent: u64,
}

/// Runs each style on its own server, and panics unless all did equal work.
#[track_caller]
fn assert_same_work(name: &str, task: impl Fn(Style, &Site)) -> Work {
    let mut first: Option<(Style, Work)> = None;
    for style in Style::HELD_EQUAL {
        let site = Site::start();
        task(style, &site);
        let counters = site.counters();
        let work = Work {
            connections: counters.connections,
            requests: counters.requests,
            bytes_sent: counters.bytes_sent,
        };
        let (other, expected) = first.get_or_insert((style, work));
        assert_eq!(work, *expected, "{name}: {style} (left) and {other} (right)");
    }
    first.expect("there are styles").1
}

#[test]
fn the_recipe_one_is_the_same_work_for_every_style() {
    within(|| {
        for scheme in Scheme::ALL {
            let work = assert_same_work("one", |style, site| {
                let url = site.url_by(scheme, "/photo?bytes=32768");
                site.client(style).one(&url, Box::new(|| ()), Box::new(|result| drop(result.unwrap())));
            });
            assert_eq!((work.connections, work.requests), (1, 1));
        }
    });
}

#[test]
fn the_recipe_many_is_the_same_work_for_every_style() {
    within(|| {
        for scheme in Scheme::ALL {
            let work = assert_same_work("many", |style, site| {
                let urls: Vec<_> = (0..40)
                    .map(|seed| site.url_by(scheme, &format!("/photo?bytes=32768&delay_ms=60&seed={seed}")))
                    .collect();
                assert!(site.client(style).many(&urls, 8).iter().all(Result::is_ok));
            });
            assert_eq!((work.connections, work.requests), (8, 40));
        }
    });
}

#[test]
fn a_fault_is_the_same_work_for_every_style() {
    within(|| {
        // The number of bytes sent depends on when the client closes.
        let cut_off = [Fault::HugeHead];
        let faults = Fault::ALL.iter().filter(|fault| !fault.is_slow() && !cut_off.contains(fault));
        for fault in faults {
            assert_same_work(fault.name(), |style, site| {
                let client = site.client(style);
                client.download(&site.url("/photo?bytes=2000")).unwrap();
                let _ = client.download(&site.fault(*fault, "bytes=2000"));
                std::thread::sleep(std::time::Duration::from_millis(30));
                client.download(&site.url("/photo?bytes=2000")).unwrap();
            });
        }
    });
}

#[test]
fn every_style_sends_the_same_request() {
    within(|| {
        let site = Site::start();
        let host = site.addr();
        let urls = [
            format!("http://{host}"),
            format!("http://{host}/photo?bytes=1000#fragment"),
            format!("http://{host}/a%20b/ö?q=ü&r=[x]|y"),
            format!("http://{host}/../a/./b//c"),
            format!("http://me:s%3Acret@{host}/photo"),
            format!("HTTP://LOCALHOST:{}/photo", host.port()),
            site.tls_url("/photo"),
            format!("http://{host}/{}", "x".repeat(8000)),
        ];
        for config in [site.config(), site.config().user_agent("camera/1.0 (test)")] {
            let checked = Arc::new(config.clone());
            for url in &urls {
                let expected = Exchange::new(url, &checked).unwrap().to_send().to_vec();
                for style in Style::HELD_EQUAL {
                    let client = style.client(config.clone()).unwrap();
                    // The first download uses a fresh connection, the second a kept one.
                    for _ in 0..2 {
                        let _ = client.download(url);
                        let head = site.request_heads().pop().unwrap();
                        assert_eq!(text(&head), text(&expected), "{style} for {url}");
                    }
                }
            }
        }
    });
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn proxy_settings_of_the_environment_are_not_read() {
    within(|| {
        // The child runs the test above, with an unreachable proxy.
        let mut again = Command::new(env::current_exe().unwrap());
        again.args(["a_photo_arrives", "--test-threads=1"]);
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            again.env(name, "http://127.0.0.1:1");
        }
        again.env_remove("NO_PROXY").env_remove("no_proxy");
        let output = again.output().unwrap();
        let output_text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && output_text.contains("6 passed"), "{output_text}");
    });
}
