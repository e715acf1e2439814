//! Conv2d and MatMul: the operand laid out so that the matrix kernels read it in place.

use super::element::view;
use super::gemm::{Gemm, Grid, Out, Segments};
use super::isa::{Detected, Kernel, Operands};
use super::rescale::Requant;
use super::team::Team;
use super::window::Geometry;
use crate::Error;

/// The constants of a Conv2d or MatMul.
pub(super) struct Constants<'a> {
    /// `[O, KH, KW, C]`, or `[N, K]`.
    pub weight: &'a [i8],
    pub bias: &'a [i32],
    pub zero_point: i32,
    /// The operand is turned.
    pub turned: bool,
    /// The operand is of 16 bits.
    pub words: bool,
}

/// Conv2d, with its Rescale where that is fused. A MatMul is one with a 1×1 kernel.
///
/// An operand of 16 bits is laid out as one of twice as many channels of a byte.
pub(super) struct Conv {
    /// Its channels are bytes.
    geometry: Geometry,
    gemm: Gemm,
    /// What padding holds: the zero point as the matrix kernels see it, a byte twice or the two of a word.
    pad: [u8; 2],
    /// What turns the operand's bytes: 0 where they are turned, and for words.
    turn: u8,
    n: usize,
    layout: Layout,
}

enum Layout {
    /// The operand as it lies: turned or of words, and without padding.
    Direct,
    /// The operand with its padding; windows are read from it in place.
    Frame { size: [usize; 2] },
    /// Windows copied one after the other, some at a time: for padding much larger than the operand, and for
    /// rows of a window of a single element.
    Patches { at_once: usize },
}

/// Bytes of patches to gather before they are used; fits the second-level cache.
const PATCH_BYTES: usize = 1 << 18;

impl Conv {
    pub fn new(
        isa: Detected,
        geometry: Geometry,
        c: &Constants<'_>,
        tail: Option<Requant>,
    ) -> Result<Self, Error> {
        let element = if c.words { 2 } else { 1 };
        let geometry = Geometry { channels: element * geometry.channels, ..geometry };
        let g = &geometry;
        let size = [0, 1].map(|axis| g.before[axis] + g.size[axis] + g.after[axis]);
        let frame = size[0].saturating_mul(size[1]).saturating_mul(g.channels);
        // A row of the window is one run of bytes unless it is dilated.
        let (runs, len) =
            if g.dilation[1] == 1 { (1, g.kernel[1] * g.channels) } else { (g.kernel[1], g.channels) };
        let one_by_one = g.kernel == [1, 1];
        let padded = [g.before, g.after].concat().iter().any(|&pad| pad > 0);
        let (layout, segments) = if frame <= 4 * g.elements() + (1 << 16) && (len > element || one_by_one) {
            let start = |u: usize, v: usize| (u * g.dilation[0] * size[1] + v * g.dilation[1]) * g.channels;
            let starts = (0..g.kernel[0]).flat_map(|u| (0..runs).map(move |v| start(u, v))).collect();
            let layout =
                if (c.turned || c.words) && !padded { Layout::Direct } else { Layout::Frame { size } };
            (layout, Segments { starts, len })
        } else {
            let len = g.kernel[0] * g.kernel[1] * g.channels;
            (Layout::Patches { at_once: (PATCH_BYTES / len).clamp(1, 64) }, Segments { starts: vec![0], len })
        };
        let (turn, pad, gemm) = if c.words {
            // The zero point is an i16.
            let pad = (c.zero_point as i16).to_ne_bytes();
            (0, pad, Gemm::words(isa, (c.weight, c.bias), c.zero_point, segments, tail)?)
        } else {
            // 0..=255: the zero point is an i8.
            let (turn, pad) = (if c.turned { 0 } else { 0x80 }, (c.zero_point + 128) as u8);
            let gemm = Gemm::new(isa, g.positions(), (c.weight, c.bias), c.zero_point, segments, tail)?;
            (turn, [pad; 2], gemm)
        };
        Ok(Self { geometry, gemm, pad, turn, n: c.bias.len(), layout })
    }

    /// `rows` rows of k elements times the weights.
    pub fn matmul(
        isa: Detected,
        rows: usize,
        k: usize,
        c: &Constants<'_>,
        tail: Option<Requant>,
    ) -> Result<Self, Error> {
        let geometry = Geometry {
            size: [1, rows],
            out: [1, rows],
            kernel: [1, 1],
            stride: [1, 1],
            dilation: [1, 1],
            before: [0, 0],
            after: [0, 0],
            channels: k,
        };
        Self::new(isa, geometry, c, tail)
    }

    /// Padding, of whole elements.
    fn fill(&self, to: &mut [u8]) {
        match self.pad {
            [a, b] if a == b => to.fill(a),
            pad => to.as_chunks_mut().0.fill(pad),
        }
    }

    fn frame(&self, x: &[u8], size: [usize; 2], to: &mut [u8], team: &Team) {
        let g = &self.geometry;
        let line = size[1] * g.channels;
        let (left, row) = (g.before[1] * g.channels, g.size[1] * g.channels);
        let (top, inner) = to.split_at_mut(g.before[0] * line);
        let (inner, bottom) = inner.split_at_mut(g.size[0] * line);
        self.fill(top);
        let lines = if x.len() < FRAME_SHARE { g.size[0] } else { g.size[0].div_ceil(2 * team.threads()) };
        team.chunks(inner, lines * line, &|task, inner| {
            for (x, to) in x[task * lines * row..].chunks_exact(row).zip(inner.chunks_exact_mut(line)) {
                let (before, rest) = to.split_at_mut(left);
                let (to, after) = rest.split_at_mut(row);
                self.fill(before);
                copy(x, to, self.turn);
                self.fill(after);
            }
        });
        self.fill(bottom);
    }

    /// The windows of positions `first` on, as many as `to` has room for.
    fn patches(&self, x: &[u8], first: usize, to: &mut [u8]) {
        let g = &self.geometry;
        let patch = g.kernel[0] * g.kernel[1] * g.channels;
        for (position, to) in (first..).zip(to.chunks_exact_mut(patch)) {
            let (i, j) = (position / g.out[1], position % g.out[1]);
            let (rows, cols) = (g.taps(0, i), g.taps(1, j));
            self.fill(to);
            for u in rows {
                for v in cols.clone() {
                    let at = (g.position(0, i, u) * g.size[1] + g.position(1, j, v)) * g.channels;
                    let to = &mut to[(u * g.kernel[1] + v) * g.channels..][..g.channels];
                    copy(&x[at..][..g.channels], to, self.turn);
                }
            }
        }
    }
}

/// `x + 128` as u8: its bits with the top one turned, which some operands' are.
fn copy(x: &[u8], to: &mut [u8], turn: u8) {
    to.iter_mut().zip(x).for_each(|(to, &x)| *to = x ^ turn);
}

/// Bytes of an operand above which threads share the copying.
const FRAME_SHARE: usize = 1 << 16;

/// What the last group of the last row may read beyond its end.
const SLACK: usize = 3;

impl Kernel for Conv {
    fn scratch(&self) -> usize {
        let g = &self.geometry;
        match self.layout {
            Layout::Direct => 0,
            Layout::Frame { size } => SLACK + size[0] * size[1] * g.channels,
            Layout::Patches { at_once } => SLACK + at_once * g.kernel[0] * g.kernel[1] * g.channels,
        }
    }

    fn run(&self, x: Operands<'_>, y: &mut [i32], scratch: &mut [u8], team: &Team) {
        let (g, dtype) = (&self.geometry, self.gemm.dtype());
        let bytes = view::<u8>(x[0], g.elements());
        let grid =
            |line: usize| Grid { columns: g.out[1], step: [g.stride[0] * line, g.stride[1] * g.channels] };
        let mut whole = |a: &[u8], line| {
            let mut out = Out::new(y, dtype, g.positions() * self.n);
            self.gemm.run(a, grid(line), g.positions(), &mut out, team);
        };
        match self.layout {
            Layout::Direct => whole(bytemuck::cast_slice(x[0]), g.size[1] * g.channels),
            Layout::Frame { size } => {
                let used = size[0] * size[1] * g.channels;
                self.frame(bytes, size, &mut scratch[..used], team);
                whole(&scratch[..used + SLACK], size[1] * g.channels);
            }
            Layout::Patches { at_once } => {
                let patch = g.kernel[0] * g.kernel[1] * g.channels;
                let mut out = Out::new(y, dtype, g.positions() * self.n);
                for first in (0..g.positions()).step_by(at_once) {
                    let rows = at_once.min(g.positions() - first);
                    self.patches(bytes, first, &mut scratch[..rows * patch]);
                    let grid = Grid { columns: rows, step: [0, patch] };
                    let mut out = out.rows(first * self.n, rows * self.n);
                    self.gemm.run(&scratch[..rows * patch + SLACK], grid, rows, &mut out, team);
                }
            }
        }
    }
}
