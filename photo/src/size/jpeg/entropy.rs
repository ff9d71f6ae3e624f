//! The entropy-coded data of a scan: Huffman codes and bits (ITU-T T.81, annexes C and F).

/// Data that should be there is not, or is no data of this scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Missing;

/// Some cameras write a few bytes behind the data, which harm no decoder, and any number of zeros.
const MAX_SURPLUS: usize = 8;

/// A table of Huffman codes.
pub(super) struct Codes {
    /// For each length: behind its last code, as if that had 16 bits.
    ends: [u32; 16],
    /// For each length: the number of its first symbol, less its first code.
    offsets: [i32; 16],
    symbols: Vec<u8>,
}

impl Codes {
    /// `lengths` counts the codes of each length.
    pub(super) fn new(lengths: &[u8], symbols: &[u8]) -> Self {
        let (mut ends, mut offsets) = ([0; 16], [0; 16]);
        let (mut code, mut symbol) = (0_u32, 0);
        for (i, count) in lengths.iter().enumerate().take(16) {
            offsets[i] = symbol - code.cast_signed();
            code += u32::from(*count);
            symbol += i32::from(*count);
            ends[i] = code << (15 - i);
            code <<= 1;
        }
        Self { ends, offsets, symbols: symbols.to_vec() }
    }
}

/// The bits between two markers.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next bits are the highest of the lowest `count`.
    buffer: u32,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, buffer: 0, count: 0 }
    }

    /// Takes `count` bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, Missing> {
        let next = self.peek() >> (16 - count);
        self.count = self.count.checked_sub(count).ok_or(Missing)?;
        Ok(next)
    }

    /// Takes the code of a symbol.
    pub(super) fn symbol(&mut self, codes: &Codes) -> Result<u8, Missing> {
        let next = self.peek();
        let length = codes.ends.iter().position(|end| next < *end).ok_or(Missing)?;
        let code = self.take(u32::try_from(length + 1).map_err(|_| Missing)?)?;
        let symbol = usize::try_from(codes.offsets[length] + code.cast_signed()).map_err(|_| Missing)?;
        codes.symbols.get(symbol).copied().ok_or(Missing)
    }

    /// Takes the restart marker of this number.
    pub(super) fn restart(&mut self, number: usize) -> Result<(), Missing> {
        let end = self.end()?;
        if self.bytes.get(end + 1).copied().map(usize::from) != Some(0xd0 + number % 8) {
            return Err(Missing);
        }
        *self = Self::new(&self.bytes[end + 2..]);
        Ok(())
    }

    /// Looks for the marker that ends the data. Bytes before it belong to other blocks, which are missing.
    pub(super) fn end(&self) -> Result<usize, Missing> {
        let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff);
        let end = self.bytes.windows(2).position(is_marker).unwrap_or(self.bytes.len());
        let surplus = self.bytes[..end].iter().filter(|byte| !matches!(byte, 0 | 0xff)).count();
        if surplus > MAX_SURPLUS { Err(Missing) } else { Ok(end) }
    }

    /// The next 16 bits, 0 behind the last.
    fn peek(&mut self) -> u32 {
        while self.count < 16 {
            let (byte, rest) = match self.bytes {
                [0xff, 0, rest @ ..] => (0xff, rest),
                [0xff, ..] | [] => return self.buffer << (16 - self.count) & 0xffff,
                [byte, rest @ ..] => (*byte, rest),
            };
            self.buffer = self.buffer << 8 | u32::from(byte);
            self.count += 8;
            self.bytes = rest;
        }
        self.buffer >> (self.count - 16) & 0xffff
    }
}
