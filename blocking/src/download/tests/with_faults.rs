//! ureq here and the exchange of the other styles come to the same result.

use super::*;
use photo::Progress;
use photo_server::{Fault, PhotoServer};

const WHOLE_LIMIT: Duration = Duration::from_secs(1);

/// Drives an exchange in the simplest way that there is.
fn by_exchange(url: &str, config: &Arc<Config>) -> Result<Photo, Error> {
    let end = Instant::now() + WHOLE_LIMIT;
    let mut exchange = Box::new(Exchange::new(url, config)?);
    'hop: loop {
        let endpoint = exchange.endpoint().clone();
        let connected = TcpStream::connect((endpoint.host(), endpoint.port()));
        let mut tcp = connected.map_err(|error| Error::connect(&endpoint, error))?;
        tcp.set_read_timeout(Some(BRIEFLY)).unwrap();
        tcp.write_all(exchange.to_send()).unwrap();
        exchange.sent(exchange.to_send().len());
        loop {
            let received = tcp.read(exchange.space()).map_err(|error| match error.kind() {
                std::io::ErrorKind::WouldBlock => Error::Timeout { phase: exchange.phase(), after: BRIEFLY },
                _ => exchange.failed(error),
            })?;
            if Instant::now() >= end {
                return Err(Error::Timeout { phase: exchange.phase(), after: WHOLE_LIMIT });
            }
            match exchange.filled(received)? {
                Progress::More => {}
                Progress::Done { photo, .. } => return Ok(photo),
                Progress::Redirect { next, .. } => {
                    exchange = next;
                    continue 'hop;
                }
            }
        }
    }
}

#[test]
fn each_fault_leads_to_the_same_result_as_in_the_other_styles() {
    let server = PhotoServer::start().unwrap();
    let config =
        Config::default().timeout(WHOLE_LIMIT).stall_timeout(BRIEFLY).max_bytes(1 << 20).checked().unwrap();
    for fault in Fault::ALL {
        let url = server.url(&format!("/fault/{}?bytes=40000", fault.name()));
        let client = client((*config).clone());
        let (ours, theirs) = (client.download(&url), by_exchange(&url, &config));
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{}", fault.name()),
            (Err(ours), Err(theirs)) => assert_eq!(ours.to_string(), theirs.to_string(), "{}", fault.name()),
            _ => panic!("{}: {ours:?} is not {theirs:?}", fault.name()),
        }
    }
}
