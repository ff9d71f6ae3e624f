//! The next download, and its fate.

use std::net::TcpListener;
use std::time::Duration;

use fastrand::Rng;
use photo::{Error, Photo};
use photo_server::Fault;
use photo_tests::{Picture, Remote};

use crate::TIMEOUT;

/// The pictures: few, since each is made once and kept.
const PICTURES: [Picture; 6] = [
    Picture::jpeg(700, 1),
    Picture::jpeg(4000, 2),
    Picture::jpeg(20_000, 3),
    Picture::jpeg(70_000, 4),
    Picture::jpeg(200_000, 5),
    Picture::jpeg(300_000, 6),
];

/// A download to be done.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) url: String,
    /// The time after which its user cancels it.
    pub(crate) cancel_after: Option<Duration>,
    picture: Picture,
    cut_by_its_length: bool,
}

/// A deck from which downloads are drawn; equal seeds draw equal downloads.
#[derive(Clone, Debug)]
pub(crate) struct Deck {
    pub(crate) random: Rng,
    http: String,
    https: String,
    /// A URL without a listener.
    refused: String,
}

impl Deck {
    pub(crate) fn new(site: &Remote, seed: u64) -> Self {
        let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self {
            random: Rng::with_seed(seed),
            http: site.url(""),
            https: site.tls_url(""),
            refused: format!("http://{refused}/"),
        }
    }

    /// Another deck, for another thread.
    pub(crate) fn fork(&mut self) -> Self {
        Self { random: self.random.fork(), ..self.clone() }
    }

    pub(crate) fn draw(&mut self) -> Drawn {
        let picture = PICTURES[self.random.usize(..PICTURES.len())];
        let fault = match Fault::ALL[self.random.usize(..Fault::ALL.len())] {
            // A stray reply after the next request cannot be distinguished from the reply to it.
            Fault::StrayReply => Fault::CloseAfterReply,
            fault => fault,
        };
        let site = if self.random.u8(..4) == 0 { &self.https } else { &self.http };
        let delay = if self.random.u8(..4) == 0 { self.random.u32(..300) } else { 0 };
        let query = format!("{}&delay_ms={delay}", picture.query());
        let mut cut_by_its_length = false;
        let url = match self.random.u8(..100) {
            0 => self.refused.clone(),
            1 => "no URL".to_owned(),
            2..6 => {
                let end = ["close", "cut", "reset", "stall", "keep"][self.random.usize(..5)];
                let (first, step) = (self.random.usize(..2000), self.random.usize(1..900));
                let raw = Fault::Raw.path();
                format!("{site}{raw}?{query}&first={first}&step={step}&every_ms=20&end={end}")
            }
            6..12 => {
                let key = self.random.u16(..);
                format!("{site}{}?{query}&as={}&key={key}", Fault::Flaky.path(), fault.name())
            }
            12..70 => {
                cut_by_its_length = fault == Fault::LengthTooShort;
                format!("{site}{}?{query}", fault.path())
            }
            _ => format!("{site}/photo?{query}"),
        };
        Drawn { url, cancel_after: self.patience(), picture, cut_by_its_length }
    }

    /// The time until a user cancels: at once, by half of the timeout, or mostly never.
    fn patience(&mut self) -> Option<Duration> {
        match self.random.u8(..10) {
            0 => Some(Duration::ZERO),
            1 | 2 => Some(Duration::from_micros(self.random.u64(..5_000))),
            3 => Some(TIMEOUT.mul_f32(self.random.f32() / 2.0)),
            _ => None,
        }
    }
}

impl Drawn {
    /// Panics if the result is another photo than the requested one, or only a part of it.
    pub(crate) fn assert_whole(&self, result: &Result<Photo, Error>) {
        let Ok(photo) = result else { return };
        let file = self.picture.file();
        let length = if self.cut_by_its_length || self.url.contains("as=length-too-short") {
            file.len() / 2
        } else {
            file.len()
        };
        let is_whole = photo.bytes == file || photo.bytes == file[..length];
        assert!(is_whole, "{photo:?} is not {self:?}");
    }
}
