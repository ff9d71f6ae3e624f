//! What ureq writes into and reads from.

use photo::HEAD_CAPACITY;
use ureq::unversioned::transport::Buffers;

/// The bytes of the request, and the ones of the reply that nobody has consumed yet.
#[derive(Debug, Default)]
pub(super) struct InOut {
    output: Vec<u8>,
    input: Vec<u8>,
    start: usize,
    end: usize,
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

    pub(super) fn unread_mut(&mut self) -> &mut [u8] {
        &mut self.input[self.start..self.end]
    }

    /// Never empty: it grows with a head that it is too small for.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.end == self.input.len() {
            self.input.resize((2 * self.end).max(HEAD_CAPACITY), 0);
        }
        &mut self.input[self.end..]
    }

    pub(super) fn filled(&mut self, n: usize) {
        self.end += n;
    }

    /// Puts `head` in the place of the first `length` unread bytes.
    pub(super) fn replace(&mut self, length: usize, head: &[u8]) {
        self.input.splice(self.start..self.start + length, head.iter().copied());
        self.end = self.end + head.len() - length;
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
    fn the_input_grows_only_with_what_is_not_understood() {
        let mut buffers = InOut::default();
        assert_eq!(buffers.space().len(), HEAD_CAPACITY);
        buffers.filled(HEAD_CAPACITY - 1);
        assert_eq!(buffers.space().len(), 1);
        buffers.filled(1);
        assert_eq!(buffers.space().len(), HEAD_CAPACITY);
        while buffers.unread().len() <= MAX_HEAD {
            let n = buffers.space().len();
            buffers.filled(n);
        }
        assert!(buffers.input.len() <= 2 * MAX_HEAD);
    }

    #[test]
    fn a_head_is_replaced_and_what_follows_stays() {
        for (old, new) in [(&b"a long head:"[..], &b"short:"[..]), (b"short:", b"a long head:")] {
            let mut buffers = InOut::default();
            let came = [old, b"body"].concat();
            buffers.space()[..came.len()].copy_from_slice(&came);
            buffers.filled(came.len());
            buffers.replace(old.len(), new);
            assert_eq!(buffers.unread(), [new, b"body"].concat());
            buffers.input_consume(new.len());
            assert_eq!(buffers.unread_mut(), b"body");
        }
    }
}
