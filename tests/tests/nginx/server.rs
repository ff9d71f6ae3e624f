//! nginx as a child of a test: its own configuration, files and ports; nothing of an installed service is used.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use photo::Config;
use photo_tests::{Picture, Scheme};
use tempfile::TempDir;

/// The places where systems install it, in the path or not.
const PROGRAMS: [&str; 3] = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];

/// Attempts with other ports, if another process has taken one.
const TRIES: usize = 5;

/// Time for nginx to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running nginx. Dropping it ends it.
pub(crate) struct Nginx {
    _process: Process,
    folder: TempDir,
    /// The ports of http and https.
    ports: [u16; 2],
    root_certificate: Vec<u8>,
}

struct Process(Child);

impl Nginx {
    /// Starts an nginx that serves these pictures, named by index; `None`, with a note, if it is not installed.
    pub(crate) fn start(pictures: &[Picture]) -> Option<Self> {
        let Some(program) = program() else {
            // `println!` of a passing test is not shown.
            writeln!(io::stderr(), "skipped: nginx is not installed").ok();
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).expect("a file");
        for (index, picture) in pictures.iter().enumerate() {
            write(&index.to_string(), picture.file());
        }
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let identity = rcgen::generate_simple_self_signed(names).expect("a certificate");
        write("certificate.pem", identity.cert.pem().as_bytes());
        write("key.pem", identity.signing_key.serialize_pem().as_bytes());

        let started = (0..TRIES).find_map(|_| {
            let ports = free_ports().expect("free ports");
            write("nginx.conf", configuration(ports).as_bytes());
            let mut process = Process::spawn(program, folder.path()).expect("nginx can be run");
            process.listens(folder.path()).then_some((process, ports))
        });
        let log = || fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
        let (process, ports) = started.unwrap_or_else(|| panic!("nginx does not start: {}", log()));
        Some(Self { _process: process, folder, ports, root_certificate: identity.cert.der().to_vec() })
    }

    /// The default configuration, with the server's certificate trusted.
    pub(crate) fn config(&self) -> Config {
        Config::default().root_certificate(self.root_certificate.clone())
    }

    pub(crate) fn url(&self, scheme: Scheme, picture: usize) -> String {
        let name = if scheme == Scheme::Http { "http" } else { "https" };
        format!("{name}://127.0.0.1:{}/{picture}", self.port(scheme))
    }

    /// The connection of each request, as nginx numbers them.
    pub(crate) fn connections_of_requests(&self, scheme: Scheme) -> Vec<u64> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).expect("nginx writes a log");
        let port = self.port(scheme).to_string();
        let lines = log.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(at, _)| *at == port).filter_map(|(_, number)| number.parse().ok()).collect()
    }

    fn port(&self, scheme: Scheme) -> u16 {
        self.ports[usize::from(scheme == Scheme::Https)]
    }
}

impl Process {
    /// Starts nginx in the foreground, as one process, for any user.
    fn spawn(program: &str, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")).arg("-e").arg("error.log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Self)
    }

    /// Waits until nginx listens or has ended. It writes its PID file when it has all its ports.
    fn listens(&mut self, folder: &Path) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && matches!(self.0.try_wait(), Ok(None)) {
            if folder.join("nginx.pid").exists() {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn program() -> Option<&'static str> {
    let runs = |program: &&str| {
        let version = Command::new(program).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    PROGRAMS.into_iter().find(runs)
}

/// Ports that are free at this moment.
fn free_ports() -> io::Result<[u16; 2]> {
    let [http, https] = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    Ok([http?.local_addr()?.port(), https?.local_addr()?.port()])
}

fn configuration([http, https]: [u16; 2]) -> String {
    format!(
        "daemon off;
        master_process off;
        pid nginx.pid;
        events {{}}
        http {{
            log_format connections '$server_port $connection';
            access_log access.log connections;
            client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi; scgi_temp_path scgi;
            ssl_certificate certificate.pem;
            ssl_certificate_key key.pem;
            root .;
            server {{ listen 127.0.0.1:{http}; }}
            server {{ listen 127.0.0.1:{https} ssl; }}
        }}"
    )
}
