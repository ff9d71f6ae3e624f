//! The load of a cell: what is downloaded, and how it comes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::format::size;

/// The delay of each reply differs from that of its load by up to this share. With equal delays, downloads that start at
/// once stay in step, and wait for each other at the server. The faster a client is, the longer they wait.
pub(crate) const JITTER_PERCENT: u64 = 50;

/// A size, a delay and a transport: what all numbers in flight of a picture or a decision have in common.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Load {
    /// The size of each photo.
    pub(crate) bytes: Option<u64>,
    /// The mean delay of the server; unknown for a server of the user's.
    pub(crate) delay_ms: Option<u64>,
    #[serde(flatten)]
    pub(crate) transport: Transport,
    /// Cores of the client; 0 means one.
    pub(crate) client_cores: usize,
}

/// The transport of photos: by http or https, over kept connections or a fresh one for each.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Transport {
    /// Whether photos come by https.
    pub(crate) tls: bool,
    /// A fresh connection for each photo.
    pub(crate) fresh: bool,
}

impl Transport {
    fn id(self) -> &'static str {
        match (self.tls, self.fresh) {
            (false, false) => "",
            (true, false) => "https/",
            (false, true) => "fresh/",
            (true, true) => "https-fresh/",
        }
    }
}

impl Load {
    /// The part of a cell's id that says what is special: `2-cores/https/`; nothing for one core and http over kept
    /// connections.
    pub(crate) fn id(&self) -> String {
        match self.client_cores {
            0 => self.transport.id().into(),
            cores => format!("{cores}-cores/{}", self.transport.id()),
        }
    }

    /// ", 4 client cores"; nothing for one.
    pub(crate) fn on_cores(&self) -> String {
        if self.client_cores == 0 { String::new() } else { format!(", {} client cores", self.client_cores) }
    }

    /// The load of a server of ours, by http over kept connections.
    pub(crate) fn plain(bytes: u64, delay_ms: u64) -> Self {
        Self { bytes: Some(bytes), delay_ms: Some(delay_ms), ..Self::default() }
    }
}

/// "32 KiB photos, 20 ± 10 ms delay, https".
impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let photos = self.bytes.map_or("?".into(), size);
        match self.delay_ms {
            None => write!(f, "{photos} photos, your own server")?,
            Some(0) => write!(f, "{photos} photos, no delay")?,
            Some(delay_ms) => write!(f, "{photos} photos, {} delay", delay(delay_ms))?,
        }
        write!(f, "{}{}", self.transport, self.on_cores())
    }
}

/// "20 ± 10 ms".
pub(crate) fn delay(delay_ms: u64) -> String {
    format!("{delay_ms} ± {} ms", (delay_ms * JITTER_PERCENT) as f64 / 100.0)
}

/// ", https, a fresh connection each"; nothing for http over kept connections.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.tls { ", https" } else { "" })?;
        f.write_str(if self.fresh { ", a fresh connection each" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_reads_as_a_title_and_comes_back_from_its_line() {
        let plain = Load::plain(32 << 10, 20);
        assert_eq!(plain.to_string(), "32 KiB photos, 20 ± 10 ms delay");
        assert_eq!(delay(1), "1 ± 0.5 ms");
        assert_eq!(
            serde_json::to_string(&plain).unwrap(),
            r#"{"bytes":32768,"delay_ms":20,"tls":false,"fresh":false,"client_cores":0}"#
        );
        let transport = Transport { tls: true, fresh: true };
        let other = Load { delay_ms: Some(0), transport, client_cores: 2, ..plain };
        assert_eq!(
            other.to_string(),
            "32 KiB photos, no delay, https, a fresh connection each, 2 client cores"
        );
        for load in [plain, other, Load { bytes: None, delay_ms: None, ..plain }] {
            assert_eq!(serde_json::from_str::<Load>(&serde_json::to_string(&load).unwrap()).unwrap(), load);
        }
    }
}
