//! ReduceMax and ReduceMin, row by row.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use std::marker::PhantomData;

/// ReduceMax, or ReduceMin.
pub(super) struct Extreme<X, const MAX: bool> {
    /// Dimensions outside the last, innermost first, each with the step of the result's index (0: reduced).
    outer: Vec<(usize, usize)>,
    row: usize,
    /// The last axis is kept: rows are compared with rows. Otherwise each row has one extreme.
    keeps_row: bool,
    elements: usize,
    results: usize,
    types: PhantomData<fn(X)>,
}

impl<X, const MAX: bool> Extreme<X, MAX> {
    pub fn new(axes: &[u8], shape: &[u32]) -> Self {
        let mut step = 1usize;
        let mut dims = vec![];
        for (axis, &d) in shape.iter().enumerate().rev() {
            if axes.iter().any(|&a| usize::from(a) == axis) {
                dims.push((d as usize, 0));
            } else {
                dims.push((d as usize, step));
                step *= d as usize;
            }
        }
        let (row, row_step) = dims.remove(0);
        let elements = row * dims.iter().map(|d| d.0).product::<usize>();
        Self { outer: dims, row, keeps_row: row_step != 0, elements, results: step, types: PhantomData }
    }
}

impl<X: Int, const MAX: bool> Body for Extreme<X, MAX> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let better = |a: X, b: X| if MAX { a.max(b) } else { a.min(b) };
        let y = view_mut::<X>(y, self.results);
        let mut index = [0usize; isocortex_model::limits::RANK];
        let mut at = 0usize;
        // The first row of each result starts it: the one at which every reduced axis is at 0.
        let mut fresh = true;
        for x in view::<X>(x[0], self.elements).chunks_exact(self.row) {
            if self.keeps_row {
                let y = &mut y[at..][..self.row];
                if fresh {
                    y.copy_from_slice(x);
                } else {
                    y.iter_mut().zip(x).for_each(|(y, &x)| *y = better(*y, x));
                }
            } else {
                let best = x.iter().fold(x[0], |best, &x| better(best, x));
                y[at] = if fresh { best } else { better(y[at], best) };
            }
            for (i, &(size, step)) in index.iter_mut().zip(&self.outer) {
                *i += 1;
                at += step;
                if *i < size {
                    break;
                }
                *i = 0;
                at -= size * step;
            }
            fresh = index.iter().zip(&self.outer).all(|(&i, &(_, step))| step != 0 || i == 0);
        }
    }
}
