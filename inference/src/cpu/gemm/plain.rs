//! Dot products with weights as they came, which compilers make vector code of by themselves: for any machine, and
//! for a few channels of a long k.

use super::{Gemm, Grid, LANES, Out, store};
use crate::cpu::isa::Job;
use std::ops::Range;

/// A part of a multiplication; [`Gemm::part`]'s promises hold.
struct Plain<'a> {
    gemm: &'a Gemm,
    /// `[n, k]`.
    weight: &'a [i8],
    a: &'a [u8],
    grid: Grid,
    rows: Range<usize>,
    panels: Range<usize>,
    out: &'a Out<'a>,
}

impl Gemm {
    /// Elements of a segment.
    fn elements(&self) -> usize {
        if self.words { self.segments.len / 2 } else { self.segments.len }
    }

    /// # Safety
    /// As [`Gemm::part`].
    pub(super) unsafe fn plain(
        &self,
        weight: &[i8],
        a: &[u8],
        grid: Grid,
        rows: Range<usize>,
        panels: Range<usize>,
        out: &Out<'_>,
    ) {
        self.isa.run(Plain { gemm: self, weight, a, grid, rows, panels, out });
    }
}

#[inline(always)]
fn dot(a: impl Iterator<Item = i32>, w: &[i8], sum: i32) -> i32 {
    a.zip(w).map(|(a, &w)| a.wrapping_mul(w.into())).fold(sum, i32::wrapping_add)
}

impl Job for Plain<'_> {
    /// Wrapping, see the module above.
    #[inline(always)]
    fn work(self) {
        let (g, len) = (self.gemm, self.gemm.segments.len);
        let (mut starts, k) = (self.grid.starts(self.rows.start), g.segments.starts.len() * g.elements());
        for row in self.rows {
            let at = starts.next();
            for panel in self.panels.clone() {
                let lanes = LANES.min(g.n - panel * LANES);
                let channels = self.weight[panel * LANES * k..][..lanes * k].chunks_exact(k);
                let mut sums = g.bias[panel];
                for (sum, channel) in sums.iter_mut().zip(channels) {
                    for (segment, w) in g.segments.starts.iter().zip(channel.chunks_exact(g.elements())) {
                        let a = &self.a[at + segment..][..len];
                        *sum = if g.words {
                            let a = a.as_chunks().0.iter().map(|&a| i32::from(i16::from_ne_bytes(a)));
                            dot(a, w, *sum)
                        } else {
                            dot(a.iter().map(|&a| a.into()), w, *sum)
                        };
                    }
                }
                let to = row * g.n + panel * LANES;
                // SAFETY: row and panel are this part's, see `Gemm::part`.
                unsafe { store(g.tail.as_ref(), panel, &sums, to, lanes, self.out) };
            }
        }
    }
}
