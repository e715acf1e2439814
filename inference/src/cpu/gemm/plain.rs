//! Dot products with weights as they came, which compilers make vector code of by themselves: for any machine, and
//! for a few channels of a long k.

use super::{Gemm, Grid, LANES, Out, put};
use crate::cpu::isa::Job;

/// A multiplication; [`Gemm::run`] has checked the bounds.
pub(super) struct Plain<'a, 'y> {
    pub gemm: &'a Gemm,
    /// `[n, k]`.
    pub weight: &'a [i8],
    pub a: &'a [u8],
    pub grid: Grid,
    pub rows: usize,
    pub out: &'a mut Out<'y>,
}

impl Job for Plain<'_, '_> {
    /// Wrapping, see the module above.
    #[inline(always)]
    fn work(self) {
        let (g, out) = (self.gemm, self.out);
        let (mut starts, len) = (self.grid.starts(), g.segments.len);
        for row in 0..self.rows {
            let at = starts.next();
            let mut channels = self.weight.chunks_exact(len * g.segments.starts.len());
            for (block, bias) in g.bias.iter().enumerate() {
                let lanes = LANES.min(g.n - block * LANES);
                let mut acc = *bias;
                for (acc, channel) in acc[..lanes].iter_mut().zip(&mut channels) {
                    for (segment, w) in g.segments.starts.iter().zip(channel.chunks_exact(len)) {
                        let a = &self.a[at + segment..][..len];
                        let products = a.iter().zip(w).map(|(&a, &w)| i32::from(a).wrapping_mul(w.into()));
                        *acc = products.fold(*acc, i32::wrapping_add);
                    }
                }
                let to = row * g.n + block * LANES;
                match (&mut *out, &g.tail) {
                    (Out::I8(y), Some(tail)) => tail.store(block, &acc, &mut y[to..][..lanes]),
                    (Out::I32(y), _) => put(&acc, &mut y[to..][..lanes]),
                    // `out` is i8 just where there is a tail.
                    (Out::I8(_), None) => {}
                }
            }
        }
    }
}
