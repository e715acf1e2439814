//! MaxPool: one position's channels at a time.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use super::window::Geometry;
use std::marker::PhantomData;

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
