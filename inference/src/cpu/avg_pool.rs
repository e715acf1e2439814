//! AvgPool: 16 channels of one position at a time.

use super::element::{Int, view_mut};
use super::isa::{Body, Operands};
use super::rescale::{LANES, put, widen};
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

impl<X: Int> Body for AvgPool<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, channels) = (&self.geometry, self.geometry.channels);
        // With what lies beyond the operand, so that there are 16 elements anywhere: lanes that are not stored.
        let x: &[X] = bytemuck::cast_slice(x[0]);
        let [zx, zy] = self.zero_points;
        let [lo, hi] = self.ends.map(i64::from);
        let mut y = view_mut::<X>(y, g.positions() * channels).chunks_exact_mut(channels);
        for i in 0..g.out[0] {
            let rows = g.taps(0, i);
            for j in 0..g.out[1] {
                let cols = g.taps(1, j);
                let Some(y) = y.next() else { return };
                let inside = rows.len() * cols.len();
                let n = if self.count_padding { g.kernel[0] * g.kernel[1] } else { inside };
                let (m, s) = ops::AvgPool::reciprocal(n as u32);
                let (m, round) = (i64::from(m), 1i64 << (s - 1));
                // At most 2^12 elements of at most 2^16.
                let taken = inside as i32 * zx;
                let left = g.position(0, i, rows.start) * g.size[1] + g.position(1, j, cols.start);
                for (block, y) in y.chunks_mut(LANES).enumerate() {
                    let mut acc = [-taken; LANES];
                    for u in 0..rows.len() {
                        let mut at = (left + u * g.size[1]) * channels + block * LANES;
                        for _ in 0..cols.len() {
                            let x = widen(&x[at..]);
                            (0..LANES).for_each(|l| acc[l] = acc[l].wrapping_add(x[l]));
                            at += channels;
                        }
                    }
                    let mean = |acc: i32| ((i64::from(acc) * m + round) >> s) + i64::from(zy);
                    put(&acc.map(|acc| X::wrap(mean(acc).clamp(lo, hi))), y);
                }
            }
        }
    }
}
