//! `y[r, n] = bias[n] + Σ_k a[r, k] · w[n, k]`, with a u8, w i8, sums i32: all of Conv2d and MatMul; or a i16, where these
//! have operands of 16 bits.
//!
//! - An operand element x becomes `a = x + 128` (its bits with the top one turned), as vpdpbusd wants it. Zero
//!   point and 128 go into the bias: `bias + Σ w·(x − zp) = bias − (128 + zp)·Σ w + Σ w·a`. Single terms may
//!   leave i32, so all arithmetic wraps; the result is right mod 2^32, and by the check it fits i32.
//!   Of 16 bits, a is x itself: `bias − zp·Σ w + Σ w·a`.
//! - A row of `a` is read in place, as *segments*: runs of bytes at fixed distances from the row's start (for
//!   a convolution the rows of the window), so there is no im2col. A segment is read in groups of 4
//!   bytes; what a last group reads beyond its segment meets a weight of 0.
//! - Weights are packed for 16 channels (a panel) and 4 bytes of k at a time. A *tile* is some rows times
//!   some panels, held in registers, with bias, Rescale and Clamp applied on the way out.
//! - Rows are taken in blocks that stay in the second-level cache while all panels pass over them. Parts of rows
//!   or of panels are shared among threads.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512vnni;
mod out;
mod pack;
mod plain;
#[cfg(target_arch = "x86_64")]
mod vnni256;

use super::element::typed;
use super::isa::Detected;
use super::rescale::{LANES, Requant, put};
use super::team::Team;
use crate::Error;
use isocortex_model::DType;
pub(super) use out::Out;
pub(super) use pack::Segments;
use pack::Weights;
use std::ops::Range;

/// Most rows of a tile.
const ROWS: usize = 12;

/// Rows to give to a thread at once: a multiple of the heights of tiles.
const SHARE: usize = 24;

/// Bytes of `a` that stay in the second-level cache while all panels pass over them.
const BLOCK_BYTES: usize = 1 << 18;

/// Multiply-accumulates below which threads do not share the work.
const WORTH_SHARING: usize = 1 << 20;

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
    /// All, in whichever form the tiles read; the tile's own start `panel` panels in.
    weights: &'a Weights,
    bias: &'a [[i32; LANES]],
    tail: Option<&'a Requant>,
    /// The first panel.
    panel: usize,
    /// Length of a row of the result.
    n: usize,
}

/// Computes a tile: the rows of `a` that start at `at`, the first of which is row `row` of the result.
///
/// # Safety
/// The machine has the instructions; `at[r] + segment + 4 · groups ≤ a.len()` for each row r of the tile and each
/// segment; there are weights and biases of the tile's panels from `panel` on, in the tile's form; nobody else has
/// access to the tile's rows and panels of `out`.
type Tile = unsafe fn(block: &Block<'_>, at: &[usize; ROWS], row: usize, out: &Out<'_>);

/// For 1, 2, … panels, the tiles there are, as (rows, function), the tallest first and one row last. None
/// at all where there are no instructions of our own to use.
type Tiles = &'static [&'static [(usize, Tile)]];

/// A matrix of weights made ready.
pub(super) struct Gemm {
    isa: Detected,
    tiles: Tiles,
    weights: Weights,
    segments: Segments,
    bias: Vec<[i32; LANES]>,
    n: usize,
    tail: Option<Requant>,
    dtype: DType,
    /// Rows are of 16 bits.
    words: bool,
}

impl Gemm {
    /// Packs `weight`, `[n, k]` with k the total length of the segments, for products of about `rows` rows. The
    /// result is i32 without a tail and `dtype` with one.
    pub fn new(
        isa: Detected,
        rows: usize,
        (weight, bias): (&[i8], &[i32]),
        zero_point: i32,
        segments: Segments,
        tail: Option<Requant>,
    ) -> Result<Self, Error> {
        let (weights, tiles): (_, Tiles) = match isa.isa() {
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx2 if rows < 4 => (pack::panels(weight, bias.len(), &segments)?, avx2::TILES),
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx2 => (pack::wide_panels(weight, bias.len(), &segments)?, avx2::WIDE_TILES),
            #[cfg(target_arch = "x86_64")]
            crate::Isa::AvxVnni => (pack::panels(weight, bias.len(), &segments)?, vnni256::TILES),
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx512Vnni => (pack::panels(weight, bias.len(), &segments)?, avx512vnni::TILES),
            _ => (None, &[]),
        };
        let zero_point = 128 + zero_point;
        Ok(Self::packed(isa, weights, tiles, (weight, bias), zero_point, segments, tail))
    }

    /// The same for rows of 16 bits, whose segments' lengths are in bytes all the same.
    pub fn words(
        isa: Detected,
        (weight, bias): (&[i8], &[i32]),
        zero_point: i32,
        segments: Segments,
        tail: Option<Requant>,
    ) -> Result<Self, Error> {
        let (weights, tiles): (_, Tiles) = match isa.isa() {
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx2 | crate::Isa::AvxVnni => {
                (pack::word_panels(weight, bias.len(), &segments)?, avx2::WORD_TILES)
            }
            #[cfg(target_arch = "x86_64")]
            crate::Isa::Avx512Vnni => {
                (pack::word_panels(weight, bias.len(), &segments)?, avx512vnni::WORD_TILES)
            }
            _ => (None, &[]),
        };
        let gemm = Self::packed(isa, weights, tiles, (weight, bias), zero_point, segments, tail);
        Ok(Self { words: true, ..gemm })
    }

    fn packed(
        isa: Detected,
        weights: Option<Weights>,
        tiles: Tiles,
        (weight, bias): (&[i8], &[i32]),
        zero_point: i32,
        segments: Segments,
        tail: Option<Requant>,
    ) -> Self {
        let weights = weights.unwrap_or_else(|| Weights::Plain(weight.to_vec()));
        let dtype = tail.as_ref().map_or(DType::I32, Requant::dtype);
        let (bias, n) = pack::bias(weight, bias, zero_point);
        Self { isa, tiles, weights, segments, bias, n, tail, dtype, words: false }
    }

    /// Type of the result.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Computes `rows` rows; `out` has `rows · n` elements.
    pub fn run(&self, a: &[u8], grid: Grid, rows: usize, out: &mut Out<'_>, team: &Team) {
        let Some(last) = rows.checked_sub(1) else { return };
        let last = last / grid.columns * grid.step[0] + last.min(grid.columns - 1) * grid.step[1];
        // The bounds that the tiles' unsafe reads and writes rest on.
        assert!(last + self.segments.end() <= a.len(), "a row of the operand ends outside it");
        assert!(rows * self.n == out.elements() && self.dtype == out.dtype, "not the result of this");
        let panels = self.bias.len();
        let work = rows.saturating_mul(self.n).saturating_mul(4 * self.segments.depth());
        let shares = if work < WORTH_SHARING { 1 } else { 2 * team.threads() };
        // Rows where there are enough of them, panels otherwise.
        let (by_rows, each) = match rows.div_ceil(SHARE) {
            n if n >= shares => (true, n.div_ceil(shares) * SHARE),
            _ => (false, panels.div_ceil(shares).next_multiple_of(self.tiles.len().max(1))),
        };
        let tasks = if by_rows { rows.div_ceil(each) } else { panels.div_ceil(each) };
        let out = &*out;
        team.each(tasks, &|task| {
            let share = |all: usize| task * each..((task + 1) * each).min(all);
            let (rows, panels) = if by_rows { (share(rows), 0..panels) } else { (0..rows, share(panels)) };
            // SAFETY: within the bounds asserted above; no two tasks have a row and a panel in common.
            unsafe { self.part(a, grid, rows, panels, out) };
        });
    }

    /// Computes some rows of some panels.
    ///
    /// # Safety
    /// All rows' segments lie in `a`, and nobody else has access to these rows and panels of `out`.
    unsafe fn part(&self, a: &[u8], grid: Grid, rows: Range<usize>, panels: Range<usize>, out: &Out<'_>) {
        if let Weights::Plain(weight) = &self.weights {
            // SAFETY: as promised.
            return unsafe { self.plain(weight, a, grid, rows, panels, out) };
        }
        let block_rows = (BLOCK_BYTES / (4 * self.segments.depth())).max(1).next_multiple_of(SHARE);
        let mut first = rows.start;
        while first < rows.end {
            let end = rows.end.min(first + block_rows);
            let mut panel = panels.start;
            while panel < panels.end {
                // As few passes as there must be, of about equal width.
                let left = panels.end - panel;
                let width = left.div_ceil(left.div_ceil(self.tiles.len()));
                let block = Block {
                    a,
                    segments: &self.segments.starts,
                    groups: self.segments.groups(),
                    weights: &self.weights,
                    bias: &self.bias,
                    tail: self.tail.as_ref(),
                    panel,
                    n: self.n,
                };
                let (mut starts, mut row) = (grid.starts(first), first);
                for &(height, tile) in self.tiles[width - 1] {
                    while end - row >= height {
                        let mut at = [0; ROWS];
                        at.iter_mut().take(height).for_each(|at| *at = starts.next());
                        // SAFETY: `tiles` are of a detected set and read the form that was packed for it; no
                        // start is beyond the last row's; there are `width` panels more.
                        unsafe { tile(&block, &at, row, out) };
                        row += height;
                    }
                }
                panel += width;
            }
            first = end;
        }
    }
}

impl Grid {
    /// Where rows start, from one on.
    fn starts(self, row: usize) -> Starts {
        let (line, column) = (row / self.columns * self.step[0], row % self.columns);
        Starts { grid: self, line, column, at: line + column * self.step[1] }
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

/// Writes one row of a panel through the general tail. Inlined into the tiles, with their instructions.
///
/// # Safety
/// `out` has the elements from `at` on, as many as the panel has channels, and nobody else has access to them.
#[inline(always)]
unsafe fn store(
    tail: Option<&Requant>,
    panel: usize,
    sums: &[i32; LANES],
    at: usize,
    lanes: usize,
    out: &Out<'_>,
) {
    // SAFETY: as promised; without a tail the result is i32.
    unsafe {
        match tail {
            None => put(sums, out.part(at, lanes)),
            Some(tail) => typed!(out.dtype, Y => tail.store::<Y>(panel, sums, out.part(at, lanes))),
        }
    }
}
