//! Conv2d of several groups, as plain loops; where each group is of one channel and one filter it is a
//! DepthwiseConv2d, and computed as that.

use super::conv::Constants;
use super::element::{Int, view};
use super::isa::{Body, Operands};
use super::rescale::{LANES, put, widen};
use super::window::Geometry;
use std::marker::PhantomData;

/// Conv2d of groups, of an operand of i8 or i16.
pub(super) struct Grouped<X> {
    geometry: Geometry,
    /// With `by_filter` `[G, KH, KW, C/G, O/G]` and 16 bytes more, as it came otherwise.
    weight: Vec<i8>,
    /// And 16 more.
    bias: Vec<i32>,
    n: usize,
    zero_point: i32,
    /// Channels and filters of a group.
    channels: usize,
    filters: usize,
    /// Lanes are filters; channels otherwise.
    by_filter: bool,
    types: PhantomData<fn(X)>,
}

impl<X: Int> Grouped<X> {
    pub fn new(geometry: Geometry, c: &Constants<'_>, groups: usize) -> Self {
        let (channels, filters) = (geometry.channels / groups, c.bias.len() / groups);
        let by_filter = 4 * filters >= channels;
        let weight = if by_filter {
            let each = c.weight.len() / c.bias.len(); // of a filter
            let mut weight = turned(c.weight, each * filters, each);
            weight.extend([0; LANES]);
            weight
        } else {
            c.weight.to_vec()
        };
        let (n, bias, zero_point) = (c.bias.len(), [c.bias, &[0; LANES]].concat(), c.zero_point);
        Self { geometry, weight, bias, n, zero_point, channels, filters, by_filter, types: PhantomData }
    }

    /// One filter at one position: the sum over some rows and columns of the window.
    #[inline(always)]
    fn dot(&self, x: &[X], group: usize, filter: usize, [i, j]: [usize; 2]) -> i32 {
        let g = &self.geometry;
        let mut sum = self.bias[filter];
        for u in g.taps(0, i) {
            for v in g.taps(1, j) {
                let at = g.position(0, i, u) * g.size[1] + g.position(1, j, v);
                let x = &x[at * g.channels + group * self.channels..][..self.channels];
                let w = ((filter * g.kernel[0] + u) * g.kernel[1] + v) * self.channels;
                for (&x, &w) in x.iter().zip(&self.weight[w..][..self.channels]) {
                    let x: i32 = x.into();
                    sum = sum.wrapping_add(i32::from(w).wrapping_mul(x.wrapping_sub(self.zero_point)));
                }
            }
        }
        sum
    }

    /// Up to 16 filters from `first` on at one position; lanes beyond the group hold anything.
    #[inline(always)]
    fn lanes(&self, x: &[X], group: usize, first: usize, [i, j]: [usize; 2]) -> [i32; LANES] {
        let g = &self.geometry;
        let mut acc = widen(&self.bias[group * self.filters + first..]);
        for u in g.taps(0, i) {
            for v in g.taps(1, j) {
                let at = g.position(0, i, u) * g.size[1] + g.position(1, j, v);
                let x = &x[at * g.channels + group * self.channels..][..self.channels];
                let tap = ((group * g.kernel[0] + u) * g.kernel[1] + v) * self.channels;
                let mut at = tap * self.filters + first;
                for &x in x {
                    let (x, w): (i32, _) = (x.into(), widen(&self.weight[at..]));
                    // Wrapping is exact: the check bounds every partial sum within i32.
                    let x = x.wrapping_sub(self.zero_point);
                    (0..LANES).for_each(|l| acc[l] = acc[l].wrapping_add(w[l].wrapping_mul(x)));
                    at += self.filters;
                }
            }
        }
        acc
    }
}

/// Each block of `block` weights as its transpose, from rows of `row`.
pub(super) fn turned(weight: &[i8], block: usize, row: usize) -> Vec<i8> {
    let mut to = Vec::with_capacity(weight.len() + LANES);
    for block in weight.chunks_exact(block) {
        (0..row).for_each(|i| to.extend(block[i..].iter().step_by(row)));
    }
    to
}

impl<X: Int> Body for Grouped<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (g, n) = (&self.geometry, self.n);
        let x = view::<X>(x[0], g.elements());
        for (position, y) in y[..g.positions() * n].chunks_exact_mut(n).enumerate() {
            let at = [position / g.out[1], position % g.out[1]];
            for (group, y) in y.chunks_exact_mut(self.filters).enumerate() {
                if self.by_filter {
                    for (block, y) in y.chunks_mut(LANES).enumerate() {
                        put(&self.lanes(x, group, block * LANES, at), y);
                    }
                } else {
                    for (filter, y) in y.iter_mut().enumerate() {
                        *y = self.dot(x, group, group * self.filters + filter, at);
                    }
                }
            }
        }
    }
}
