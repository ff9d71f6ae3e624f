//! The scans of a JPEG: whether each has data for all its blocks (ITU-T T.81, annexes B, F and G).
//!
//! Decoders make missing blocks grey and report nothing, and their strict modes refuse harmless bytes as well. So the
//! codes are counted here, and not decoded any further.

use super::entropy::{Bits, Codes, Missing};
use crate::size::bytes::be16;

/// The decoder reads no more scans, and no encoder writes as many.
const MAX_SCANS: usize = 100;

/// More are not decoded, and would need as many bytes for the counting.
const MAX_PIXELS: usize = 256 << 20;

/// The segments of a JPEG, as far as the scans depend on them.
#[derive(Default)]
pub(super) struct Scans {
    frame: Option<Frame>,
    /// For the DC coefficients, and for the AC coefficients.
    codes: [[Option<Codes>; 4]; 2],
    restart_interval: usize,
    count: usize,
}

struct Frame {
    is_progressive: bool,
    /// Units of all components, without which a scan of several has none.
    units: usize,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    /// In a unit of several components.
    blocks_of_unit: usize,
    /// In a scan of this component alone, which has no padding.
    blocks: usize,
    /// The coefficients of each block that are not 0: each has a bit in a refining scan.
    nonzero: Vec<u64>,
    has_scan: bool,
}

/// A component in a scan.
struct Part<'a> {
    component: usize,
    dc: Option<&'a Codes>,
    ac: Option<&'a Codes>,
}

/// The coefficients that a scan brings, by their first and last number, or one more bit of them.
#[derive(Clone, Copy)]
struct Band {
    first: u8,
    last: u8,
    is_refining: bool,
}

impl Scans {
    /// Takes a segment; `data` comes behind it. [`Missing`] if it begins a scan, and data of that is missing.
    pub(super) fn segment(&mut self, marker: u8, segment: &[u8], data: &[u8]) -> Result<(), Missing> {
        match marker {
            0xc0..=0xc2 if self.frame.is_none() => self.frame = Frame::parse(segment, marker == 0xc2),
            0xc4 => self.tables(segment),
            0xdd => self.restart_interval = be16(segment, 0).map_or(0, |interval| interval as usize),
            0xda if self.count < MAX_SCANS => {
                self.count += 1;
                // A scan that no decoder understands is not judged here.
                return self.scan(segment, data).unwrap_or(Ok(()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes the end of the photo. [`Missing`] if a component has no scan.
    pub(super) fn end(&self) -> Result<(), Missing> {
        let mut components = self.frame.iter().flat_map(|frame| &frame.components);
        if components.all(|component| component.has_scan) { Ok(()) } else { Err(Missing) }
    }

    fn tables(&mut self, mut segment: &[u8]) {
        while let Some((&[class_and_id, ref lengths @ ..], rest)) = segment.split_first_chunk::<17>() {
            let count = lengths.iter().map(|count| usize::from(*count)).sum();
            let Some((symbols, rest)) = rest.split_at_checked(count) else { return };
            let class = self.codes.get_mut(usize::from(class_and_id >> 4));
            if let Some(codes) = class.and_then(|class| class.get_mut(usize::from(class_and_id & 15))) {
                *codes = Some(Codes::new(lengths, symbols));
            }
            segment = rest;
        }
    }

    fn scan(&mut self, segment: &[u8], data: &[u8]) -> Option<Result<(), Missing>> {
        let frame = self.frame.as_mut()?;
        let (count, rest) = segment.split_first()?;
        let (selectors, rest) = rest.split_at_checked(2 * usize::from(*count))?;
        let &[first, last, bits, ..] = rest else { return None };
        let part = |selector: &[u8]| {
            let component = frame.components.iter().position(|component| component.id == selector[0])?;
            let codes = |class: usize, id: u8| self.codes[class].get(usize::from(id))?.as_ref();
            Some(Part { component, dc: codes(0, selector[1] >> 4), ac: codes(1, selector[1] & 15) })
        };
        let parts: Option<Vec<_>> = selectors.chunks_exact(2).map(part).collect();
        let band = if frame.is_progressive {
            Band { first, last: last.min(63), is_refining: bits >> 4 > 0 }
        } else {
            Band { first: 0, last: 63, is_refining: false }
        };
        Some(frame.scan(&parts?, band, self.restart_interval, Bits::new(data)))
    }
}

impl Frame {
    fn parse(segment: &[u8], is_progressive: bool) -> Option<Self> {
        let (height, width) = (be16(segment, 1)? as usize, be16(segment, 3)? as usize);
        let parts = segment.get(6..)?.chunks_exact(3).take(segment[5].into());
        let factors = |part: &[u8]| (usize::from(part[1] >> 4), usize::from(part[1] & 15));
        let (across, down) = parts
            .clone()
            .map(factors)
            .reduce(|(a, b), (c, d)| (a.max(c), b.max(d)))
            .filter(|most| most.0 * most.1 > 0)?;
        let component = |part: &[u8]| {
            let (horizontal, vertical) = factors(part);
            let blocks = (width * horizontal).div_ceil(8 * across) * (height * vertical).div_ceil(8 * down);
            let blocks_of_unit = horizontal * vertical;
            Component { id: part[0], blocks_of_unit, blocks, nonzero: Vec::new(), has_scan: false }
        };
        let units = width.div_ceil(8 * across) * height.div_ceil(8 * down);
        // Decoders refuse a height that is yet to come, more components, and more pixels than there may be.
        let is_known = units > 0 && parts.len() <= 4 && width * height <= MAX_PIXELS;
        is_known.then(|| Self { is_progressive, units, components: parts.map(component).collect() })
    }

    /// Passes over the data of all blocks.
    fn scan(
        &mut self,
        parts: &[Part<'_>],
        band: Band,
        restart_interval: usize,
        mut bits: Bits<'_>,
    ) -> Result<(), Missing> {
        let mut units = self.units;
        for part in parts {
            let component = &mut self.components[part.component];
            component.has_scan = true;
            if parts.len() == 1 {
                units = component.blocks;
            }
            if self.is_progressive && band.last > 0 {
                component.nonzero.resize(component.blocks, 0);
            }
        }
        let mut run = 0;
        for unit in 0..units {
            if unit > 0 && unit.checked_rem(restart_interval) == Some(0) {
                bits.restart(unit / restart_interval - 1)?;
                run = 0;
            }
            for Part { component, dc, ac } in parts {
                let component = &mut self.components[*component];
                let blocks = if parts.len() == 1 { 1 } else { component.blocks_of_unit };
                for _ in 0..blocks {
                    if band.first == 0 {
                        band.dc(&mut bits, *dc)?;
                    }
                    if band.last > 0 {
                        let (codes, mut none) = (ac.ok_or(Missing)?, 0);
                        let nonzero = component.nonzero.get_mut(unit).unwrap_or(&mut none);
                        band.ac(&mut bits, codes, nonzero, &mut run)?;
                    }
                }
            }
        }
        bits.end().map(drop)
    }
}

impl Band {
    fn dc(self, bits: &mut Bits<'_>, codes: Option<&Codes>) -> Result<(), Missing> {
        let size = if self.is_refining { 1 } else { bits.symbol(codes.ok_or(Missing)?)?.min(16) };
        bits.take(size.into()).map(drop)
    }

    /// Decodes one block. A `run` counts blocks without further codes.
    fn ac(self, bits: &mut Bits<'_>, codes: &Codes, nonzero: &mut u64, run: &mut u32) -> Result<(), Missing> {
        let mut at = self.first.max(1);
        while *run == 0 && at <= self.last {
            let symbol = bits.symbol(codes)?;
            let (zeros, size) = (symbol >> 4, symbol & 15);
            if size == 0 && zeros < 15 {
                *run = (1 << zeros) + bits.take(zeros.into())?;
                break;
            }
            bits.take(size.into())?;
            at = if self.is_refining { self.refine(bits, *nonzero, at, zeros)? } else { at + zeros };
            if size > 0 && at < 64 {
                *nonzero |= 1 << at;
            }
            at += 1;
        }
        if *run > 0 {
            *run -= 1;
            if self.is_refining {
                self.refine(bits, *nonzero, at, u8::MAX)?;
            }
        }
        Ok(())
    }

    /// Takes a bit for each coefficient that is not 0, until behind `zeros` that are; returns the number of the next 0.
    fn refine(self, bits: &mut Bits<'_>, nonzero: u64, mut at: u8, mut zeros: u8) -> Result<u8, Missing> {
        while at <= self.last {
            if nonzero >> at & 1 == 1 {
                bits.take(1)?;
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            at += 1;
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests;
