//! Any depthwise convolution: 16 channels of one position at a time, as plain loops.

use crate::cpu::element::{Int, typed, view, view_mut};
use crate::cpu::isa::{Body, Operands};
use crate::cpu::rescale::{LANES, Requant, put, widen};
use crate::cpu::window::Geometry;

/// DepthwiseConv2d, with its Rescale where that is fused. Where the operand is turned, so is the zero point.
pub(super) struct Plain {
    pub geometry: Geometry,
    /// `[KH, KW, C]`, and 16 bytes more.
    pub weight: Vec<i8>,
    pub bias: Vec<i32>,
    pub zero_point: i32,
    pub tail: Option<Requant>,
    pub turned: bool,
    /// The operand is of 16 bits.
    pub words: bool,
}

impl Plain {
    /// One tap of 16 channels. Lanes beyond the last channel hold its neighbours' values, and are not stored.
    #[inline(always)]
    fn tap<X: Int>(&self, acc: &mut [i32; LANES], x: &[X], w: &[i8]) {
        let (x, w) = (sixteen(x), sixteen(w));
        for l in 0..LANES {
            let (x, w): (i32, i32) = (x[l].into(), w[l].into());
            // Wrapping is exact: the check bounds every partial sum within i32.
            acc[l] = acc[l].wrapping_add(w.wrapping_mul(x.wrapping_sub(self.zero_point)));
        }
    }
}

/// The first 16 elements, or what there is of them: at the very end of the operand only, as weights are padded.
#[inline(always)]
fn sixteen<X: Int>(x: &[X]) -> [X; LANES] {
    match x.first_chunk() {
        Some(x) => *x,
        None => some(x),
    }
}

#[cold]
#[inline(never)]
fn some<X: Int>(x: &[X]) -> [X; LANES] {
    let mut all = [X::zeroed(); LANES];
    all.iter_mut().zip(x).for_each(|(to, &x)| *to = x);
    all
}

impl Body for Plain {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        if self.words {
            self.image::<i16>(x, y);
        } else if self.turned {
            self.image::<u8>(x, y);
        } else {
            self.image::<i8>(x, y);
        }
    }
}

impl Plain {
    #[inline(always)]
    fn image<X: Int>(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, channels) = (&self.geometry, self.geometry.channels);
        let x = view::<X>(x[0], g.elements());
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
