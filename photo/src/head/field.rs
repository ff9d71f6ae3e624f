//! The deciding fields of a head.

use httparse::Header;

use crate::Error;

/// A field that decides the fate of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Connection,
    ContentEncoding,
    ContentLength,
    KeepAlive,
    Location,
    RetryAfter,
    TransferEncoding,
}

impl Field {
    /// The field of this name; the length alone tells most fields apart.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        let (field, full): (_, &[u8]) = match name.len() {
            8 => (Self::Location, b"location"),
            10 if name[0].eq_ignore_ascii_case(&b'k') => (Self::KeepAlive, b"keep-alive"),
            10 => (Self::Connection, b"connection"),
            11 => (Self::RetryAfter, b"retry-after"),
            14 => (Self::ContentLength, b"content-length"),
            16 => (Self::ContentEncoding, b"content-encoding"),
            17 => (Self::TransferEncoding, b"transfer-encoding"),
            _ => return None,
        };
        name.eq_ignore_ascii_case(full).then_some(field)
    }

    fn frames(self) -> bool {
        matches!(self, Self::ContentLength | Self::TransferEncoding)
    }
}

/// The items of a list (RFC 9110, section 5.6.1).
pub(super) fn items(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Refuses a head in which a line that was ignored as junk could have decided something.
///
/// A space before the colon is honoured, except in a field that frames the body (RFC 9112, section 5.1).
pub(super) fn check_ignored(head: &[u8], understood: &[Header<'_>]) -> Result<(), Error> {
    let decides = |field: &&Header<'_>| Field::of(field.name.as_bytes()).is_some();
    let mut to_come = understood.iter().filter(decides).count();
    for line in head.split(|byte| *byte == b'\n').skip(1).map(<[u8]>::trim_ascii_end) {
        if matches!(line.first(), None | Some(b' ' | b'\t')) {
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let name = &line[..colon.ok_or_else(|| Error::malformed("a field without a colon"))?];
        let visible = visible(name);
        let field = Field::of(visible);
        if field.is_some_and(Field::frames) && name != visible {
            return Err(unreadable(name));
        }
        if field.is_some() {
            to_come = to_come.checked_sub(1).ok_or_else(|| unreadable(name))?;
        }
    }
    Ok(())
}

/// The name without spaces and control characters around it.
fn visible(name: &[u8]) -> &[u8] {
    let start = name.iter().position(u8::is_ascii_graphic).unwrap_or(name.len());
    let end = name.iter().rposition(u8::is_ascii_graphic).map_or(start, |last| last + 1);
    &name[start..end]
}

fn unreadable(name: &[u8]) -> Error {
    Error::malformed(format_args!("an unreadable field {}", name.escape_ascii()))
}
