//! DepthwiseConv2d and MaxPool: 16 channels of one position at a time, all taps in registers.

use super::element::{Int, typed, view, view_mut};
use super::isa::{Body, Operands};
use super::rescale::{LANES, Requant, put, widen};
use super::window::Geometry;
use std::marker::PhantomData;

/// DepthwiseConv2d, with its Rescale to i8 where that is fused.
pub(super) struct Depthwise {
    pub geometry: Geometry,
    /// `[KH, KW, C]`, and 16 bytes more.
    pub weight: Vec<i8>,
    pub bias: Vec<i32>,
    pub zero_point: i32,
    pub tail: Option<Requant>,
}

impl Depthwise {
    /// One tap of 16 channels. Lanes beyond the last channel hold its neighbours' values, and are not stored.
    #[inline(always)]
    fn tap(&self, acc: &mut [i32; LANES], x: &[i8], w: &[i8]) {
        let (x, w) = (bytes(x), bytes(w));
        for l in 0..LANES {
            let (x, w) = (i32::from(x[l]), i32::from(w[l]));
            // Wrapping is exact: the check bounds every partial sum within i32.
            acc[l] = acc[l].wrapping_add(w.wrapping_mul(x.wrapping_sub(self.zero_point)));
        }
    }
}

/// The first 16 bytes, or what there is of them: at the very end of the operand only, as weights are padded.
#[inline(always)]
fn bytes(x: &[i8]) -> [i8; LANES] {
    match x.first_chunk() {
        Some(x) => *x,
        None => bytes_some(x),
    }
}

#[cold]
#[inline(never)]
fn bytes_some(x: &[i8]) -> [i8; LANES] {
    std::array::from_fn(|l| x.get(l).copied().unwrap_or(0))
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
                    if !cols.is_empty() {
                        for u in rows.clone() {
                            let at = g.position(0, i, u) * g.size[1] + g.position(1, j, cols.start);
                            let mut x = &x[at * channels + from..];
                            let mut w = &self.weight[(u * g.kernel[1] + cols.start) * channels + from..];
                            for _ in cols.clone() {
                                self.tap(&mut acc, x, w);
                                x = x.get(g.dilation[1] * channels..).unwrap_or(&[]);
                                w = w.get(channels..).unwrap_or(&[]);
                            }
                        }
                    }
                    let at = (i * g.out[1] + j) * channels + from;
                    match &self.tail {
                        Some(tail) => {
                            typed!(tail.dtype(), Y => {
                                let y = view_mut::<Y>(y, g.positions() * channels);
                                tail.store(block, &acc, &mut y[at..][..lanes]);
                            });
                        }
                        None => put(&acc, &mut y[at..][..lanes]),
                    }
                }
            }
        }
    }
}

/// MaxPool of i8, or of u8 where that is turned: the order is the same.
pub(super) struct MaxPool<X> {
    pub geometry: Geometry,
    /// What turns the result to what it is to be.
    pub turn: u8,
    pub types: PhantomData<fn(X)>,
}

impl<X: Int> Body for MaxPool<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, channels) = (&self.geometry, self.geometry.channels);
        let x = view::<X>(x[0], g.elements());
        let mut y = view_mut::<X>(y, g.positions() * channels).chunks_exact_mut(channels);
        for i in 0..g.out[0] {
            let rows = g.taps(0, i);
            for j in 0..g.out[1] {
                let cols = g.taps(1, j);
                let Some(y) = y.next() else { return };
                y.fill(X::MIN);
                for u in rows.clone() {
                    // Undilated: the taps of a row lie side by side.
                    let at = g.position(0, i, u) * g.size[1] + g.position(1, j, cols.start);
                    for x in x[at * channels..][..cols.len() * channels].chunks_exact(channels) {
                        for (y, &x) in y.iter_mut().zip(x) {
                            *y = x.max(*y);
                        }
                    }
                }
                for byte in bytemuck::cast_slice_mut::<X, u8>(y) {
                    *byte ^= self.turn;
                }
            }
        }
    }
}
