//! Where taps lie, and weights in the order in which they are used.

use crate::cpu::conv::Constants;
use crate::cpu::rescale::LANES;
use crate::cpu::window::Geometry;

/// Most taps that have a fast kernel.
pub const TAPS: usize = 64;

/// Entries of the table.
const TABLE: usize = 2_048;

/// For some positions of a row, the addresses of their taps, a multiple of 4 each; the taps that are not there have
/// weights of 0.
pub struct Taps<'a> {
    geometry: &'a Geometry,
    x: &'a [u8],
    pad: &'a [u8],
    /// Of a position.
    taps: usize,
    row: usize,
    column: usize,
    table: [*const u8; TABLE],
    /// The row that the table is of, if that is all of the row and its windows lie within the height.
    whole: Option<usize>,
    /// Positions in the table.
    pub positions: usize,
}

impl<'a> Taps<'a> {
    pub fn new(geometry: &'a Geometry, x: &'a [u8], pad: &'a [u8], taps: usize) -> Self {
        let table = [pad.as_ptr(); TABLE];
        Self { geometry, x, pad, taps, row: 0, column: 0, table, whole: None, positions: 0 }
    }

    /// Starts a row of the result.
    pub fn row(&mut self, row: usize) {
        (self.row, self.column) = (row, 0);
    }

    /// Fills the table with the next positions of the row; the first one's index in the result.
    pub fn next_positions(&mut self) -> Option<usize> {
        let g = self.geometry;
        let first = self.column;
        self.positions = (TABLE / self.taps).min(g.out[1] - first);
        if self.positions == 0 {
            return None;
        }
        let rows = g.taps(0, self.row);
        let whole = self.positions == g.out[1] && rows.len() == g.kernel[0];
        if whole && self.whole == Some(self.row.wrapping_sub(1)) {
            // The row before, further down; padding at the sides stays where it is.
            let step = g.stride[0] * g.size[1] * g.channels;
            let pad = self.pad.as_ptr();
            for tap in &mut self.table[..self.positions * self.taps] {
                *tap = if *tap == pad { pad } else { tap.wrapping_add(step) };
            }
        } else {
            for (j, to) in (first..first + self.positions).zip(self.table.chunks_exact_mut(self.taps)) {
                to.fill(self.pad.as_ptr());
                let cols = g.taps(1, j);
                for u in rows.clone() {
                    for v in cols.clone() {
                        let at = g.position(0, self.row, u) * g.size[1] + g.position(1, j, v);
                        to[u * g.kernel[1] + v] = self.x[at * g.channels..].as_ptr();
                    }
                }
            }
        }
        self.whole = whole.then_some(self.row);
        self.column += self.positions;
        Some(self.row * g.out[1] + first)
    }

    /// Taps of the window.
    #[inline(always)]
    pub fn real(&self) -> usize {
        self.geometry.kernel[0].wrapping_mul(self.geometry.kernel[1])
    }

    /// Of the n-th position in the table.
    #[inline(always)]
    pub fn of(&self, n: usize) -> &[*const u8] {
        &self.table[n.wrapping_mul(self.taps)..][..self.taps]
    }
}

/// Channels that are computed together.
pub struct Block {
    /// The first.
    pub channel: usize,
    /// Lanes: 16, 32 or 64.
    pub width: usize,
    /// Where the block starts in the order, the bias, and (times the taps) the weights.
    pub at: usize,
}

/// Weights and bias, block by block, in the order in which the lanes of accumulators hold channels.
pub struct Packed {
    pub blocks: Vec<Block>,
    /// Channel of each lane; beyond the last one for a lane that is not used.
    pub order: Vec<usize>,
    /// `bias − (128 + zp)·Σ w`, mod 2^32.
    pub bias: Vec<i32>,
    /// `[block][group of taps][lane][tap of the group]`; in 16 bits where a group is a pair.
    pub weights: Vec<i8>,
    pub wide: Vec<i16>,
    /// Taps of a position, rounded up to whole groups of 4.
    pub taps: usize,
}

impl Packed {
    pub fn new(c: &Constants<'_>, channels: usize, taps: usize, most: usize, group: usize) -> Self {
        let rounded = taps.next_multiple_of(4);
        let (mut blocks, mut order, mut channel) = (vec![], vec![], 0);
        while channel < channels {
            let left = channels - channel;
            let width = if most == 64 && left <= 32 { 32 } else { most };
            blocks.push(Block { channel, width, at: order.len() });
            // Unpacking bytes and words within 16 bytes leaves lanes of the four accumulators so.
            order.extend((0..width).map(|lane| {
                let (q, lane) = (lane / (width / 4), lane % (width / 4));
                channel + if most == LANES { q * 4 + lane } else { lane / 4 * 16 + q * 4 + lane % 4 }
            }));
            channel += width;
        }
        let weight = |tap: usize, channel: usize| {
            if tap < taps && channel < channels { c.weight[tap * channels + channel] } else { 0 }
        };
        let bias = |&channel: &usize| {
            // At most 64 weights.
            let sum: i32 = (0..taps).map(|tap| i32::from(weight(tap, channel))).sum();
            c.bias.get(channel).map_or(0, |bias| bias.wrapping_sub(sum * (128 + c.zero_point)))
        };
        let mut weights = Vec::with_capacity(order.len() * rounded);
        for block in &blocks {
            for tap in (0..rounded).step_by(group) {
                for &channel in &order[block.at..][..block.width] {
                    weights.extend((tap..tap + group).map(|tap| weight(tap, channel)));
                }
            }
        }
        let wide = if group == 2 { weights.iter().map(|&w| w.into()).collect() } else { vec![] };
        Self { bias: order.iter().map(bias).collect(), blocks, order, weights, wide, taps: rounded }
    }
}
