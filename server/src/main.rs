//! The photo server as a separate process.

use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use photo_server::{Options, PhotoServer};

/// Serve photos, and faults of servers.
///
/// Prints its two addresses, one per line, when it is ready.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The address to listen on.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    listen: IpAddr,
    /// The port for HTTP; 0 takes any free port.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// The port for HTTPS; 0 takes any free port.
    #[arg(long, value_name = "N", default_value_t = 0)]
    tls_port: u16,
    /// Serve the files of this folder at /folder/NAME.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Reset connections above this number.
    #[arg(long, value_name = "N")]
    max_connections: Option<usize>,
    /// Write the certificate that clients must trust to this file, as DER.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Exit when standard input ends, so that the server does not outlive its parent.
    #[arg(long)]
    until_stdin_closes: bool,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("photo-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> io::Result<()> {
    allow_many_connections();
    let server = Options {
        listen: arguments.listen,
        port: arguments.port,
        tls_port: arguments.tls_port,
        dir: arguments.dir,
        keep_heads: false,
        max_connections: arguments.max_connections.unwrap_or(usize::MAX),
        ..Options::default()
    }
    .start()?;
    if let Some(file) = arguments.certificate {
        fs::write(&file, server.root_certificate()).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write {}: {error}", file.display()))
        })?;
    }
    announce(&server)?;
    if arguments.until_stdin_closes {
        io::copy(&mut io::stdin(), &mut io::sink())?;
        return Ok(());
    }
    loop {
        thread::park();
    }
}

fn announce(server: &PhotoServer) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "http://{}", server.addr())?;
    writeln!(stdout, "https://{}", server.tls_addr())?;
    stdout.flush()
}

/// Raises the limit of file descriptors: each connection takes one. If that fails, connections wait to be accepted.
fn allow_many_connections() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}
