//! A headless Chromium, driven by its debugging protocol over a pipe: JSON messages, each ended by a zero byte.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Time for an answer on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The browser listens at descriptor 3 and speaks at 4.
const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#;

const FLAGS: [&str; 9] = [
    "--headless",
    "--remote-debugging-pipe",
    // Root, the user of builds in containers, gets no sandbox.
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A browser with one page. Dropping it ends it.
pub(crate) struct Chromium {
    process: Child,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    session: Option<String>,
    /// Events that the browser has sent.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Chromium {
    /// Starts it with an empty page; prints a note and returns `None` where it is missing.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = PROGRAMS.into_iter().find(|program| runs(program)) else {
            // `println!` of a passing test is not shown.
            writeln!(io::stderr(), "skipped: Chromium is not installed").ok();
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", PIPES, program]).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell can be run");
        let stdin = process.stdin.take().expect("stdin is piped");
        let messages = messages(BufReader::new(process.stdout.take().expect("stdout is piped")));
        let mut chromium = Self {
            process,
            stdin,
            messages,
            last_id: 0,
            session: None,
            events: Vec::new(),
            _profile: profile,
        };

        let target = chromium.call("Target.createTarget", &json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = chromium.call("Target.attachToTarget", &target);
        chromium.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            chromium.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(chromium)
    }

    /// Loads a file, and waits until it has.
    pub(crate) fn open(&mut self, path: &Path) {
        self.events.clear();
        self.call("Page.navigate", &json!({"url": url(path)}));
        self.wait_for("Page.loadEventFired");
    }

    /// A screen so wide, in pixels of the page.
    pub(crate) fn resize(&mut self, width: u32, height: u32, mobile: bool) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.call("Emulation.setDeviceMetricsOverride", &screen);
    }

    /// `screen` or `print`, `light` or `dark`.
    pub(crate) fn emulate(&mut self, media: &str, scheme: &str) {
        let scheme = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", &json!({"media": media, "features": scheme}));
    }

    /// The value of a JavaScript expression.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", &parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// Clicks into the middle of the first element that `selector` matches, as a hand would.
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.evaluate(&format!(
            "(() => {{ const it = document.querySelector({selector:?}); it.scrollIntoView({{block: 'center', \
             behavior: 'instant'}}); const box = it.getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2] }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let click =
                json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", &click);
        }
    }

    /// The complaints of the browser or the page since the page was opened.
    pub(crate) fn complaints(&self) -> Vec<&Value> {
        const KINDS: [&str; 3] = ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"];
        self.events.iter().filter(|event| KINDS.iter().any(|kind| event["method"] == *kind)).collect()
    }

    /// The requests since the page was opened.
    pub(crate) fn requests(&self) -> Vec<&str> {
        let requests = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        requests.filter_map(|event| event["params"]["request"]["url"].as_str()).collect()
    }

    /// Waits until the browser reports `method`.
    pub(crate) fn wait_for(&mut self, method: &str) {
        while !self.events.iter().any(|event| event["method"] == method) {
            let event = self.hear(method);
            self.events.push(event);
        }
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let mut message = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        write!(self.stdin, "{message}\0").and_then(|()| self.stdin.flush()).expect("the browser listens");
        loop {
            let mut answer = self.hear(method);
            if answer["id"] != self.last_id {
                self.events.push(answer);
                continue;
            }
            assert!(answer.get("error").is_none(), "{method}: {answer}");
            return answer["result"].take();
        }
    }

    fn hear(&self, what: &str) -> Value {
        self.messages.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{what}: {error}"))
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        write!(self.stdin, "{}\0", json!({"id": 0, "method": "Browser.close"})).ok();
        self.stdin.flush().ok();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

pub(crate) fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn runs(program: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

fn messages(mut pipe: impl BufRead + Send + 'static) -> Receiver<Value> {
    let (sender, messages) = mpsc::channel();
    thread::spawn(move || {
        let mut message = Vec::new();
        while pipe.read_until(0, &mut message).is_ok_and(|length| length > 0) {
            message.pop();
            if serde_json::from_slice(&message).is_ok_and(|message| sender.send(message).is_err()) {
                return;
            }
            message.clear();
        }
    });
    messages
}
