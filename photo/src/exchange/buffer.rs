//! Bytes that came and are not understood yet.

/// Bytes that came and are not understood yet. Allocated when they come, freed when there are none.
#[derive(Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) filled: usize,
}

impl Buffer {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.filled]
    }

    pub(super) fn space(&mut self, room: usize) -> &mut [u8] {
        if self.filled == 0 && self.bytes.len() < room {
            self.bytes = vec![0; room];
        } else if self.filled == self.bytes.len() {
            self.bytes.resize(2 * self.filled, 0);
        }
        &mut self.bytes[self.filled..]
    }

    pub(super) fn release(&mut self) {
        if self.filled == 0 {
            self.bytes = Vec::new();
        }
    }
}
