//! What ureq writes into and reads from.

use photo::Chunked;
use ureq::unversioned::transport::Buffers;

/// Room for the first bytes of a reply: what a thread that only waits has to hold.
const FIRST_ROOM: usize = 8 << 10;

/// Room for one read of a large photo.
const MOST_ROOM: usize = 64 << 10;

/// The bytes of the request, and the ones of the reply that ureq has not consumed yet.
///
/// The reply's part starts small, for the many threads that only wait, and grows for those that have much to read.
/// It never holds more than a head and one read.
#[derive(Debug, Default)]
pub(super) struct InOut {
    output: Vec<u8>,
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// The last read could have brought more.
    was_full: bool,
    /// ureq's last look at the input made something of it.
    progress: bool,
}

impl InOut {
    /// With `room` bytes for the request.
    pub(super) fn new(room: usize) -> Self {
        Self { output: vec![0; room], ..Self::default() }
    }

    /// The first `amount` bytes of what ureq has put there to be sent.
    pub(super) fn written(&self, amount: usize) -> &[u8] {
        &self.output[..amount]
    }

    pub(super) fn unread(&self) -> &[u8] {
        &self.input[self.start..self.end]
    }

    pub(super) fn space(&mut self) -> &mut [u8] {
        self.input.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.was_full || self.input.is_empty() {
            let room = (4 * self.input.len()).clamp(FIRST_ROOM, MOST_ROOM).max(self.end + FIRST_ROOM);
            self.input.resize(room, 0);
        }
        &mut self.input[self.end..]
    }

    pub(super) fn filled(&mut self, n: usize) {
        self.end += n;
        self.was_full = self.end == self.input.len();
    }

    /// Puts `head` in the place of the first `length` unread bytes.
    pub(super) fn replace(&mut self, length: usize, head: &[u8]) {
        self.input.splice(self.start..self.start + length, head.iter().copied());
        self.end = self.end + head.len() - length;
    }

    /// Decodes what is unread but for the first `kept` bytes.
    pub(super) fn decode(&mut self, kept: usize, chunked: &mut Chunked) {
        let encoded = self.start + kept;
        self.end = encoded + chunked.decode(&mut self.input[encoded..self.end]);
    }

    pub(super) fn clear(&mut self) {
        self.start = self.end;
    }
}

impl Buffers for InOut {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.unread()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.space()
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
    }

    /// For requests with a body, of which there are none.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && !self.unread().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use photo::MAX_HEAD;

    #[test]
    fn the_input_grows_only_when_reads_fill_it() {
        let mut buffers = InOut::default();
        for _ in 0..10 {
            assert_eq!(buffers.space().len(), FIRST_ROOM);
            buffers.filled(FIRST_ROOM - 1);
            buffers.input_consume(FIRST_ROOM - 1);
        }
        for room in [FIRST_ROOM, 4 * FIRST_ROOM, MOST_ROOM, MOST_ROOM] {
            assert_eq!(buffers.space().len(), room);
            buffers.filled(room);
            buffers.input_consume(room);
        }
    }

    #[test]
    fn what_is_not_understood_is_kept_and_bounded() {
        let mut buffers = InOut::default();
        let mut next = 0;
        while buffers.unread().len() <= MAX_HEAD {
            let space = buffers.space();
            assert!(!space.is_empty());
            space.fill_with(|| {
                next = (next + 1) % 251;
                u8::try_from(next).unwrap()
            });
            let n = space.len();
            buffers.filled(n);
        }
        assert!(buffers.input.len() <= MAX_HEAD + FIRST_ROOM);
        assert!(
            buffers
                .unread()
                .iter()
                .zip((1..=250).chain([0]).cycle())
                .all(|(byte, expected)| *byte == expected)
        );
    }
}
