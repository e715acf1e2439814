//! AvgPool: the channels of one position at a time, or of several side by side.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use super::window::Geometry;
use isocortex_model::ops;
use std::marker::PhantomData;

/// AvgPool of i8 or i16.
pub(super) struct AvgPool<X> {
    pub geometry: Geometry,
    pub zero_points: [i32; 2],
    pub count_padding: bool,
    /// The type's range.
    pub ends: [i32; 2],
    pub types: PhantomData<fn(X)>,
}

/// Elements of a row of the result to sum at once.
const CHUNK: usize = 256;

impl<X: Int> Body for AvgPool<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, channels) = (&self.geometry, self.geometry.channels);
        let x = view::<X>(x[0], g.elements());
        let y = view_mut::<X>(y, g.positions() * channels);
        for (i, y) in y.chunks_exact_mut(g.out[1] * channels).enumerate() {
            let (mut j, mut rest) = (0, y);
            while j < g.out[1] {
                // Side by side, with windows that are whole and a step apart: one long row.
                let whole = (g.before[1] + g.size[1]).saturating_sub(g.kernel[1] + j) + 1;
                let inside = g.stride[1] == 1 && g.taps(1, j).len() == g.kernel[1];
                let run = if inside { whole.min(g.out[1] - j) } else { 1 };
                let (y, after) = rest.split_at_mut(run * channels);
                self.run(x, [i, j], y);
                (j, rest) = (j + run, after);
            }
        }
    }
}

impl<X: Int> AvgPool<X> {
    /// Positions from one on, whose windows are alike.
    #[inline(always)]
    fn run(&self, x: &[X], [i, j]: [usize; 2], y: &mut [X]) {
        let (g, [zx, zy], [lo, hi]) = (&self.geometry, self.zero_points, self.ends.map(i64::from));
        let (rows, cols) = (g.taps(0, i), g.taps(1, j));
        let inside = rows.len() * cols.len();
        let n = if self.count_padding { g.kernel[0] * g.kernel[1] } else { inside };
        let (m, s) = ops::AvgPool::reciprocal(n as u32);
        let (m, round) = (i64::from(m), 1i64 << (s - 1));
        let first = g.position(0, i, rows.start) * g.size[1] + g.position(1, j, cols.start);
        let mut sums = [0; CHUNK];
        for (chunk, y) in y.chunks_mut(CHUNK).enumerate() {
            let sums = &mut sums[..y.len()];
            // At most 2^12 elements, of at most 2^16 with the zero point.
            sums.fill(-(inside as i32 * zx));
            for u in 0..rows.len() {
                for v in 0..cols.len() {
                    let at = (first + u * g.size[1] + v) * g.channels + chunk * CHUNK;
                    for (sum, &x) in sums.iter_mut().zip(&x[at..][..y.len()]) {
                        let x: i32 = x.into();
                        *sum = sum.wrapping_add(x);
                    }
                }
            }
            for (y, &sum) in y.iter_mut().zip(&*sums) {
                let mean =
                    ((i64::from(sum).wrapping_mul(m).wrapping_add(round)) >> s).wrapping_add(zy.into());
                *y = X::wrap(mean.clamp(lo, hi));
            }
        }
    }
}
