//! Packing weights into panels.

use super::LANES;
use crate::{Error, cpu::memory};

/// The bytes of a row of `a`: runs of equal length at distances from its start.
pub struct Segments {
    pub starts: Vec<usize>,
    /// Bytes of each.
    pub len: usize,
}

impl Segments {
    /// Groups of 4 that cover a segment.
    pub fn groups(&self) -> usize {
        self.len.div_ceil(4)
    }

    /// Groups of a row.
    pub fn depth(&self) -> usize {
        self.starts.len() * self.groups()
    }

    /// One past the last byte that is read, counted from the start of a row.
    pub fn end(&self) -> usize {
        self.starts.iter().max().map_or(0, |s| s + 4 * self.groups())
    }
}

/// A matrix of weights, as the tiles read it.
pub enum Weights {
    /// Panels of bytes.
    Bytes(Vec<[i8; 64]>),
    /// The same with each weight in 16 bits, where there is no instruction for bytes.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    Wide(Vec<[i16; 64]>),
    /// Panels of pairs of 16 bits, for rows of 16 bits.
    Words(Vec<[i16; 32]>),
    /// As they came: without tiles, or for so few channels that a panel would be mostly empty.
    Plain(Vec<i8>),
}

/// Panels of bytes, see [`pack`].
pub fn panels(weight: &[i8], n: usize, segments: &Segments) -> Result<Option<Weights>, Error> {
    Ok(pack(weight, n, segments)?.map(Weights::Bytes))
}

/// Panels of 16 bits, see [`pack`].
pub fn wide_panels(weight: &[i8], n: usize, segments: &Segments) -> Result<Option<Weights>, Error> {
    Ok(pack(weight, n, segments)?.map(Weights::Wide))
}

/// Panels of pairs, for a segment whose length is in 16 bits: see [`pack`].
pub fn word_panels(weight: &[i8], n: usize, segments: &Segments) -> Result<Option<Weights>, Error> {
    Ok(pack(weight, n, segments)?.map(Weights::Words))
}

/// Weights `[n, k]` as panels of 16 channels: `[panel][segment][group][channel][4]`, with 0 where there is no
/// weight. `None` where that would take more than four times the elements of the weights (few channels or very
/// short segments), small matrices aside.
fn pack<T: Copy + Default + From<i8>, const GROUP: usize>(
    weight: &[i8],
    n: usize,
    segments: &Segments,
) -> Result<Option<Vec<[T; GROUP]>>, Error> {
    // Elements of a channel in a group; of a segment.
    let (four, len) = (GROUP / LANES, segments.len * GROUP / 64);
    let (depth, groups, k) = (segments.depth(), len.div_ceil(four), segments.starts.len() * len);
    let packed = n.div_ceil(LANES).saturating_mul(depth);
    if packed.saturating_mul(GROUP) > weight.len().saturating_mul(4).saturating_add(1 << 16) {
        return Ok(None);
    }
    let mut to = memory(packed, [T::default(); GROUP])?;
    for (channel, row) in weight.chunks_exact(k).enumerate() {
        let panel = &mut to[channel / LANES * depth..][..depth];
        for (segment, groups) in row.chunks_exact(len).zip(panel.chunks_exact_mut(groups)) {
            for (from, to) in segment.chunks(four).zip(groups) {
                let to = &mut to[channel % LANES * four..];
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = from.into());
            }
        }
    }
    Ok(Some(to))
}

/// `bias − zp·Σ w` for each channel, mod 2^32, in panels; and the number of channels. The zero point is that of `a`: 128
/// more for bytes.
pub fn bias(weight: &[i8], bias: &[i32], zero_point: i32) -> (Vec<[i32; LANES]>, usize) {
    let k = weight.len() / bias.len().max(1);
    let mut to = vec![[0; LANES]; bias.len().div_ceil(LANES)];
    for (channel, (row, &bias)) in weight.chunks_exact(k.max(1)).zip(bias).enumerate() {
        // A row has at most 2^28 weights, so the sum is within 2^35 and the product within 2^51.
        let sum: i64 = row.iter().map(|&w| i64::from(w)).sum();
        to[channel / LANES][channel % LANES] = (i64::from(bias) - sum * i64::from(zero_point)) as i32;
    }
    (to, bias.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_holds_four_weights_of_each_of_sixteen_channels() {
        // Two segments of 5 bytes: groups of 4 and of 1.
        let segments = Segments { starts: vec![0, 100], len: 5 };
        assert_eq!((segments.groups(), segments.depth(), segments.end()), (2, 4, 108));
        let weight: Vec<i8> = (0..17 * 10).map(|i| (i % 127) as i8).collect();
        let packed: Vec<[i8; 64]> = pack(&weight, 17, &segments).unwrap().unwrap();
        assert_eq!(packed.len(), 8);
        let at = |channel: usize, k: usize| weight[channel * 10 + k];
        assert_eq!(
            packed[0][..8],
            [at(0, 0), at(0, 1), at(0, 2), at(0, 3), at(1, 0), at(1, 1), at(1, 2), at(1, 3)]
        );
        assert_eq!(packed[3][60..], [at(15, 9), 0, 0, 0]);
        assert_eq!(packed[4 + 2][..5], [at(16, 5), at(16, 6), at(16, 7), at(16, 8), 0]);
    }

    #[test]
    fn zero_point_and_offset_go_into_the_bias_mod_2_to_the_32() {
        let (panels, n) = bias(&[-128; 3], &[i32::MAX], 128 + 127);
        // 2^31 − 1 + 3·128·255 = 2^31 − 1 + 97,920, which wraps.
        assert_eq!((panels[0][0], n), (i32::MIN + 97_919, 1));
    }
}
