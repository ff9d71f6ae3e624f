//! Equal work: the same requests, byte for byte, over the same number of connections, from every style. The equal
//! work of each recipe is in `recipes`.

use std::process::Command;
use std::sync::Arc;

use photo::Exchange;
use photo_server::Fault;
use photo_tests::{Remote, Site, Style, eventually, in_a_child_by, suite, this_program};

suite! {
    proxy_settings_of_the_environment_are_not_read,
}

suite! { once:
    a_fault_is_the_same_work_for_every_style,
    every_style_sends_the_same_request,
}

fn a_fault_is_the_same_work_for_every_style() {
    // The number of bytes sent depends on when the client closes.
    let cut_off = [Fault::HugeHead];
    for fault in Fault::ALL.iter().filter(|fault| !fault.is_slow() && !cut_off.contains(fault)) {
        let work_of = |style: Style| {
            let (site, client) = Site::with(style);
            client.download(&site.url("/photo?bytes=2000")).unwrap();
            let _ = client.download(&site.fault(*fault, "bytes=2000"));
            // Some faults happen after the reply.
            eventually("the fault is over", || site.counters().open_requests == 0);
            client.download(&site.url("/photo?bytes=2000")).unwrap();
            let counters = site.counters();
            (counters.connections, counters.requests, counters.bytes_sent)
        };
        let works = Style::HELD_EQUAL.map(|style| (style, work_of(style)));
        assert!(works.iter().all(|(_, work)| *work == works[0].1), "{}: {works:?}", fault.name());
    }
}

fn every_style_sends_the_same_request() {
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
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn proxy_settings_of_the_environment_are_not_read(style: Style) {
    let mut command = Command::new(this_program());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, "http://127.0.0.1:1"); // unreachable
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    in_a_child_by(command, "with_proxies", style, &Site::start());
}

#[test]
#[ignore = "run by proxy_settings_of_the_environment_are_not_read"]
fn with_proxies() {
    let site = Remote::of_parent();
    let client = site.style.client(site.config()).unwrap();
    for url in [site.url("/photo"), site.tls_url("/photo")] {
        client.download(&url).unwrap();
    }
}
