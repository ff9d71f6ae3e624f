//! Faults of heads: their form, interim replies, statuses and redirects.

use photo_server::Fault;
use photo_tests::Outcome::{InvalidUrl, Malformed, NotAPhoto, Status, Tls, TooManyRedirects, Truncated};

use crate::row::Ending::{Fails, Photo};
use crate::row::{Row, Section};

pub(crate) fn sections() -> [Section; 5] {
    [
        Section { title: "Not an HTTP reply", rows: no_replies() },
        Section { title: "The form of the head", rows: forms() },
        Section { title: "Interim replies", rows: interim() },
        Section { title: "Statuses", rows: statuses() },
        Section { title: "Redirects", rows: redirects() },
    ]
}

fn no_replies() -> Vec<Row> {
    let bad = |name: &str, reply: &str| Row::reply(name, reply, Fails(Malformed));
    vec![
        Row::fault(Fault::Noise, "", Fails(Malformed)),
        Row::fault(Fault::SshBanner, "", Fails(Malformed)),
        bad("an SMTP greeting", "220 mail.example ESMTP\r\n"),
        bad("a page without a head, as by HTTP/0.9", "<html><title>Cats</title></html>\r\n"),
        bad("a photo without a head", "{photo}"),
        bad("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        bad("HTTP/2.0 in the status line", "HTTP/2.0 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("HTTP/1.2 in the status line", "HTTP/1.2 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("http/1.1 in the status line", "http/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("ICY 200 OK", "ICY 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("status 20", "HTTP/1.1 20 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("status 099", "HTTP/1.1 099 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("status 2000", "HTTP/1.1 2000 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("status -20", "HTTP/1.1 -20 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("status abc", "HTTP/1.1 abc OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        bad("no status", "HTTP/1.1\r\nContent-Length: {len}\r\n\r\n{photo}"),
        Row::fault(Fault::Html, "", Fails(NotAPhoto)),
        Row::fault(Fault::Empty, "", Fails(NotAPhoto)),
    ]
}

fn forms() -> Vec<Row> {
    let with = |fields: &str| format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: {{len}}\r\n\r\n{{photo}}");
    let good = |name: &str, reply: &str| Row::reply(name, reply, Photo);
    let good_with = |name: &str, fields: &str| Row::reply(name, &with(fields), Photo);
    let bad_with = |name: &str, fields: &str| Row::reply(name, &with(fields), Fails(Malformed));
    vec![
        good("status line without reason", "HTTP/1.1 200\r\nContent-Length: {len}\r\n\r\n{photo}"),
        good("status line that ends in a space", "HTTP/1.1 200 \r\nContent-Length: {len}\r\n\r\n{photo}"),
        good("status line with many spaces", "HTTP/1.1   200   OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        good("a reason not in ASCII", "HTTP/1.1 200 Schön\r\nContent-Length: {len}\r\n\r\n{photo}"),
        good(
            "an empty line before the status line",
            "\r\nHTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}",
        )
        .fails(Malformed),
        good("bare line feeds", "HTTP/1.1 200 OK\nServer: x\nContent-Length: {len}\n\n{photo}"),
        good("some bare line feeds", "HTTP/1.1 200 OK\nServer: x\r\nContent-Length: {len}\r\n\n{photo}"),
        good("names in capitals", "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: {len}\r\n\r\n{photo}"),
        good("names in small letters", "HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{photo}"),
        good("no space after the colon", "HTTP/1.1 200 OK\r\nContent-Length:{len}\r\n\r\n{photo}"),
        good(
            "spaces and tabs around a value",
            "HTTP/1.1 200 OK\r\nContent-Length: \t {len} \t\r\n\r\n{photo}",
        ),
        good("a folded length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n {len}\r\n\r\n{photo}"),
        good_with("folded lines", "X-Fold: is\r\n folding a\r\n\t   line\r\nX-Empty:\r\n \r\n"),
        good_with("a field without value", "X-Empty:\r\nX-Blank:  \r\n"),
        good_with("a value not in ASCII", "Server: schöner\r\n"),
        good_with("200 fields", "{200*X-Field: and so on\r\n}"),
        good_with("1,001 fields", "{1001*X-Field: y\r\n}").fails(Malformed),
        good_with("a field of 32 KiB", "X-Field: {32768*y}\r\n"),
        bad_with("a field of 100 KiB", "X-Field: {102400*y}\r\n"),
        bad_with("a name of 70 KiB", "{70000*y}: x\r\n"),
        Row::fault(Fault::HugeHead, "bytes=1048576", Fails(Malformed)),
        Row::fault(Fault::HugeHead, "bytes=3000", Fails(Truncated)),
        bad_with("a NUL in a value", "X-Field: a\0b\r\n"),
        bad_with("a NUL in a name", "X\0Field: a\r\n"),
        bad_with("a lone carriage return in a value", "X-Field: a\rb\r\n"),
        bad_with("a lone carriage return as a line end", "X-Field: a\r"),
        good_with("a control character in a value", "X-Field: a\x01b\r\n"),
        good_with("a name not in ASCII", "Schön: a\r\n"),
        good_with("a space in a name", "X Field: a\r\n"),
        good_with("a space before the colon", "X-Field : a\r\n"),
        Row::kept(
            "a space before the colon of `Connection: close`",
            "HTTP/1.1 200 OK\r\nConnection : close\r\nContent-Length: {len}\r\n\r\n{photo}",
            Photo,
        ),
        bad_with("a control character in `Connection`", "Connection: close\x01\r\n"),
        bad_with("a space before the colon of a length", "Content-Length : {len}\r\n"),
        bad_with("a control character in a coding", "Transfer-Encoding: \x0bchunked\r\n"),
        good_with("a space before the first name", " X-Field: a\r\n"),
        bad_with("a field without colon", "X-Field\r\n"),
        good_with("a field without name", ": a\r\n"),
        Row::fault(Fault::Http10, "", Photo),
        good("HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}"),
        Row::kept(
            "HTTP/1.0, kept alive",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: {len}\r\n\r\n{photo}",
            Photo,
        ),
        good_with("Connection: close with a length", "Connection: close\r\n"),
        Row::reply_and(
            "Connection: close, and then not closed",
            &with("Connection: close\r\n"),
            "end=stall",
            Photo,
        ),
        good_with("Connection: Upgrade, Keep-Alive", "Connection: Upgrade, Keep-Alive\r\nUpgrade: h2c\r\n"),
    ]
}

fn interim() -> Vec<Row> {
    let good = "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}";
    let before = |name: &str, interim: &str| Row::reply(name, &format!("{interim}{good}"), Photo);
    vec![
        Row::fault(Fault::EarlyHints, "", Photo),
        before("100", "HTTP/1.1 100 Continue\r\n\r\n"),
        before("100 with fields", "HTTP/1.1 100 Continue\r\nServer: x\r\nContent-Length: 7\r\n\r\n"),
        before("102", "HTTP/1.1 102 Processing\r\n\r\n"),
        before("103 with fields", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
        before("199, which is unknown", "HTTP/1.1 199 Who knows\r\n\r\n"),
        before("by HTTP/1.0, with bare line feeds", "HTTP/1.0 100\n\n"),
        before("1,000 of them", "{1000*HTTP/1.1 103 Early Hints\r\n\r\n}"),
        before("100,000 of them", "{100000*HTTP/1.1 103 Early Hints\r\n\r\n}").fails(Malformed),
        Row::reply("and nothing more", "HTTP/1.1 100 Continue\r\n\r\n", Fails(Truncated)),
        before("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n").fails(Status(101)),
    ]
}

fn statuses() -> Vec<Row> {
    let codes = [
        201, 203, 204, 205, 206, 300, 304, 305, 306, 400, 401, 403, 404, 407, 410, 418, 429, 451, 500, 502,
        503, 504, 599, 600, 999,
    ];
    let mut rows: Vec<_> = codes
        .map(|code| {
            let ending = if code < 204 { Fails(NotAPhoto) } else { Fails(Status(code)) };
            Row::fault(Fault::Status, &format!("code={code}"), ending)
        })
        .into();
    for code in [204, 205, 206, 304, 404] {
        let reply = format!("HTTP/1.1 {code} With a body\r\nContent-Length: {{len}}\r\n\r\n{{photo}}");
        rows.push(Row::kept(&format!("{code} with a photo"), &reply, Fails(Status(code))));
    }
    for code in [201, 203, 299] {
        let reply = format!("HTTP/1.1 {code} Fine\r\nContent-Length: {{len}}\r\n\r\n{{photo}}");
        rows.push(Row::kept(&format!("{code} with a photo"), &reply, Photo));
    }
    rows
}

fn redirects() -> Vec<Row> {
    let to =
        |location: &str| format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let good = |name: &str, location: &str| Row::kept(name, &to(location), Photo);
    let bad = |location: &str| Row::kept(&format!("to `{location}`"), &to(location), Fails(InvalidUrl));
    let mut rows: Vec<_> = [301, 302, 303, 307, 308]
        .map(|code| Row::fault(Fault::Redirect, &format!("code={code}"), Photo))
        .into();
    rows.extend(
        [300, 304, 305].map(|code| Row::fault(Fault::Redirect, &format!("code={code}"), Fails(Status(code)))),
    );
    rows.extend([
        good("to a path", "{to}"),
        good("to a path with dots", ".././x/../../photo?bytes=40000&format=gif&seed=5"),
        good("to a path with backslashes", "..\\photo?bytes=40000&format=gif&seed=5"),
        good("to another name in the same folder", "raw?bytes=40000&format=gif&seed=5"),
        good("to a query", "?bytes=40000&format=gif&seed=5"),
        good("to a host", "//{addr}{to}").by_tls(Fails(Tls)),
        good("to a URL", "HTTP://{addr}{to}"),
        good("with a fragment", "{to}#fragment"),
        good("with user info", "http://me:secret@{addr}{to}"),
        good("with a space", "{to}&x=a b"),
        good("not in ASCII", "{to}&x=ö"),
        good("folded", "\r\n {to}"),
        good("twice to the same place", "{to}\r\nLocation: {to}"),
        good("to two places", "{to}\r\nLocation: /other").fails(Malformed),
        good("to itself, by an empty Location", "").fails(TooManyRedirects),
        good("to https where http is spoken", "https://{addr}{to}").fails(Tls),
        Row::fault(Fault::RedirectNoLocation, "", Fails(Malformed)),
        bad("http://"),
        bad("file:///etc/hostname"),
        bad("ftp://localhost/cat.gif"),
        bad("javascript:alert(1)"),
        bad("data:image/gif;base64,R0lGODlhAQABAAAAACw="),
        bad("http://localhost:99999/"),
        Row::fault(Fault::RedirectLoop, "", Fails(TooManyRedirects)),
        Row::fault(Fault::RedirectChain, "hops=10", Photo),
        Row::fault(Fault::RedirectChain, "hops=11", Fails(TooManyRedirects)),
        Row::fault(Fault::RedirectHost, "", Photo),
        Row::fault(Fault::RedirectBody, "", Photo),
        Row::fault(Fault::RedirectBody, "body=10485760", Photo),
        Row::reply_and(
            "with a body that does not come",
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 10485760\r\n\r\n",
            "end=stall",
            Photo,
        ),
        Row::reply_and(
            "with a body in chunks that does not end",
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "end=stall",
            Photo,
        ),
        Row::reply(
            "with a head that does not end",
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\n",
            Fails(Truncated),
        ),
    ]);
    rows
}
