//! `y[r, n] = bias[n] + Σ_k a[r, k] · w[n, k]`, with a u8, w i8, sums i32: all of Conv2d and MatMul.
//!
//! - An operand element x becomes `a = x + 128` (its bits with the top one turned), as vpdpbusd wants it. Zero
//!   point and 128 go into the bias: `bias + Σ w·(x − zp) = bias − (128 + zp)·Σ w + Σ w·a`. Single terms may
//!   leave i32, so all arithmetic wraps; the result is right mod 2^32, and by the check it fits i32.
//! - A row of `a` is read in place, as *segments*: runs of bytes at fixed distances from the row's start (for
//!   a convolution the rows of the window), so there is no im2col. A segment is read in groups of 4
//!   bytes; what a last group reads beyond its segment meets a weight of 0.
//! - Weights are packed for 16 channels (a panel) and 4 bytes of k at a time. A *tile* is some rows times
//!   some panels, held in registers, with bias, Rescale and Clamp applied on the way out.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512vnni;
mod pack;
mod plain;

use super::isa::Detected;
use super::rescale::{LANES, Requant, put};
use crate::Error;
pub(super) use pack::Segments;

/// Most rows of a tile.
const ROWS: usize = 12;

/// Where rows of `a` start: `row · step[0] + column · step[1]`, for `columns` columns a row.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub columns: usize,
    pub step: [usize; 2],
}

/// What a tile is computed from.
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // there are no tiles elsewhere yet
struct Block<'a> {
    a: &'a [u8],
    segments: &'a [usize],
    /// Groups of 4 in a segment.
    groups: usize,
    /// From the first panel on.
    weights: &'a [[i8; 64]],
    bias: &'a [[i32; LANES]],
    tail: Option<&'a Requant>,
    /// The first panel.
    panel: usize,
    /// Length of a row of the result.
    n: usize,
}

/// Accumulators of a tile, or results: i32, or i8 where there is a tail.
pub(super) enum Out<'a> {
    I32(&'a mut [i32]),
    I8(&'a mut [i8]),
}

/// Computes a tile: the rows of `a` that start at `at`, the first of which is row `row` of the result.
///
/// # Safety
/// The machine has the instructions; `at[r] + segment + 4 · groups ≤ a.len()` for each row r of the tile and each
/// segment; `weights` and `bias` hold the tile's panels.
type Tile = unsafe fn(block: &Block<'_>, at: &[usize; ROWS], row: usize, out: &mut Out<'_>);

/// For 1, 2, … panels, the tiles there are, as (rows, function), the tallest first and one row last. None
/// at all where there are no instructions of our own to use.
type Tiles = &'static [&'static [(usize, Tile)]];

/// A matrix of weights made ready.
pub(super) struct Gemm {
    tiles: Tiles,
    weights: Weights,
    segments: Segments,
    bias: Vec<[i32; LANES]>,
    n: usize,
    tail: Option<Requant>,
}

enum Weights {
    /// Panel by panel, group by group.
    Panels(Vec<[i8; 64]>),
    /// As they came: without tiles, or for so few channels that a panel would be mostly empty.
    Plain(Detected, Vec<i8>),
}

impl Gemm {
    /// Packs `weight`, `[n, k]` with k the total length of the segments.
    pub fn new(
        isa: Detected,
        weight: &[i8],
        bias: &[i32],
        zero_point: i32,
        segments: Segments,
        tail: Option<Requant>,
    ) -> Result<Self, Error> {
        let tiles: Tiles = match isa.isa() {
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx2 => avx2::TILES,
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx512Vnni => avx512vnni::TILES,
            _ => &[],
        };
        let panels = if tiles.is_empty() { None } else { pack::panels(weight, bias.len(), &segments)? };
        let weights = panels.map_or_else(|| Weights::Plain(isa, weight.to_vec()), Weights::Panels);
        let bias = pack::bias(weight, bias, zero_point);
        Ok(Self { tiles, weights, segments, n: bias.1, bias: bias.0, tail })
    }

    /// True where the result is i8.
    pub fn narrows(&self) -> bool {
        self.tail.is_some()
    }

    /// Computes `rows` rows; `out` has `rows · n` elements.
    pub fn run(&self, a: &[u8], grid: Grid, rows: usize, out: &mut Out<'_>) {
        let Some(last) = rows.checked_sub(1) else { return };
        let last = last / grid.columns * grid.step[0] + last.min(grid.columns - 1) * grid.step[1];
        // The one bound that the tiles' unsafe reads rest on.
        assert!(last + self.segments.end() <= a.len(), "a row of the operand ends outside it");
        let panels = match &self.weights {
            Weights::Panels(panels) => panels,
            Weights::Plain(isa, weight) => {
                return isa.run(plain::Plain { gemm: self, weight, a, grid, rows, out });
            }
        };
        let depth = self.segments.depth();
        let mut panel = 0;
        while panel < self.bias.len() {
            let width = self.tiles.len().min(self.bias.len() - panel);
            let block = Block {
                a,
                segments: &self.segments.starts,
                groups: self.segments.groups(),
                weights: &panels[panel * depth..][..width * depth],
                bias: &self.bias[panel..][..width],
                tail: self.tail.as_ref(),
                panel,
                n: self.n,
            };
            let (mut starts, mut row) = (grid.starts(), 0);
            for &(height, tile) in self.tiles[width - 1] {
                while rows - row >= height {
                    let mut at = [0; ROWS];
                    at.iter_mut().take(height).for_each(|at| *at = starts.next());
                    // SAFETY: `tiles` are of a detected set; the assertion above bounds every row, since no
                    // start is beyond the last row's; the block has `width` panels of `depth` groups.
                    unsafe { tile(&block, &at, row, out) };
                    row += height;
                }
            }
            panel += width;
        }
    }
}

impl Grid {
    fn starts(self) -> Starts {
        Starts { grid: self, line: 0, column: 0, at: 0 }
    }
}

/// The starts of the rows, in order, without a division for each.
struct Starts {
    grid: Grid,
    line: usize,
    column: usize,
    at: usize,
}

impl Starts {
    fn next(&mut self) -> usize {
        let at = self.at;
        self.column += 1;
        self.at += self.grid.step[1];
        if self.column == self.grid.columns {
            self.column = 0;
            self.line += self.grid.step[0];
            self.at = self.line;
        }
        at
    }
}

/// Writes a tile out, through the tail where there is one. Inlined into the tiles, with their instructions.
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
#[inline(always)]
fn store<const R: usize, const P: usize>(
    b: &Block<'_>,
    acc: &[[[i32; LANES]; P]; R],
    row: usize,
    out: &mut Out<'_>,
) {
    for (r, acc) in acc.iter().enumerate() {
        for (p, acc) in acc.iter().enumerate() {
            let from = (b.panel + p) * LANES;
            let at = (row + r) * b.n + from;
            let lanes = LANES.min(b.n - from);
            match (&mut *out, b.tail) {
                (Out::I8(y), Some(tail)) => tail.store(b.panel + p, acc, &mut y[at..][..lanes]),
                (Out::I32(y), _) => put(acc, &mut y[at..][..lanes]),
                // `out` is i8 just where there is a tail.
                (Out::I8(_), None) => {}
            }
        }
    }
}
