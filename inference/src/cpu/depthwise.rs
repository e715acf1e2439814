//! DepthwiseConv2d and MaxPool: 16 channels of one position at a time, all taps in registers.

use super::element::{view, view_mut};
use super::isa::{Body, Operands};
use super::rescale::{LANES, Requant, put, widen};
use super::window::Geometry;

/// DepthwiseConv2d, with its Rescale to i8 where that is fused.
pub(super) struct Depthwise {
    pub geometry: Geometry,
    /// `[KH, KW, C]`.
    pub weight: Vec<i8>,
    pub bias: Vec<i32>,
    pub zero_point: i32,
    pub tail: Option<Requant>,
}

impl Body for Depthwise {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, channels) = (&self.geometry, self.geometry.channels);
        let x = view::<i8>(x[0], g.elements());
        for i in 0..g.out[0] {
            let rows = g.taps(0, i);
            for j in 0..g.out[1] {
                let cols = g.taps(1, j);
                for block in 0..channels.div_ceil(LANES) {
                    let from = block * LANES;
                    let lanes = LANES.min(channels - from);
                    let mut acc = widen(&self.bias[from..][..lanes]);
                    for u in rows.clone() {
                        for v in cols.clone() {
                            let at = g.position(0, i, u) * g.size[1] + g.position(1, j, v);
                            // Lanes beyond the last channel hold its neighbours' values, and are not stored.
                            let x = widen(&x[at * channels + from..]);
                            let w = widen(&self.weight[(u * g.kernel[1] + v) * channels + from..]);
                            for l in 0..LANES {
                                // Wrapping is exact: the check bounds every partial sum within i32.
                                acc[l] = acc[l]
                                    .wrapping_add(w[l].wrapping_mul(x[l].wrapping_sub(self.zero_point)));
                            }
                        }
                    }
                    let at = (i * g.out[1] + j) * channels + from;
                    match &self.tail {
                        Some(tail) => {
                            let y = view_mut::<i8>(y, g.positions() * channels);
                            tail.store(block, &acc, &mut y[at..][..lanes]);
                        }
                        None => put(&acc, &mut y[at..][..lanes]),
                    }
                }
            }
        }
    }
}

/// MaxPool.
pub(super) struct MaxPool {
    pub geometry: Geometry,
}

impl Body for MaxPool {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, channels) = (&self.geometry, self.geometry.channels);
        let x = view::<i8>(x[0], g.elements());
        let mut y = view_mut::<i8>(y, g.positions() * channels).chunks_exact_mut(channels);
        for i in 0..g.out[0] {
            let rows = g.taps(0, i);
            for j in 0..g.out[1] {
                let cols = g.taps(1, j);
                let Some(y) = y.next() else { return };
                y.fill(i8::MIN);
                for u in rows.clone() {
                    // Undilated: the taps of a row lie side by side.
                    let at = g.position(0, i, u) * g.size[1] + g.position(1, j, cols.start);
                    for x in x[at * channels..][..cols.len() * channels].chunks_exact(channels) {
                        for (y, &x) in y.iter_mut().zip(x) {
                            *y = x.max(*y);
                        }
                    }
                }
            }
        }
    }
}
