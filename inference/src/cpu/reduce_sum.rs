//! ReduceSum, row by row.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use isocortex_model::ops;
use std::marker::PhantomData;

/// ReduceSum.
pub(super) struct ReduceSum<X> {
    /// Dimensions outside the last, innermost first, each with the step of the result's index (0: reduced).
    outer: Vec<(usize, usize)>,
    row: usize,
    /// The last axis is kept: rows are added to rows. Otherwise each row is summed up.
    keeps_row: bool,
    /// −n·zp: what the zero points come to in each result.
    start: i32,
    elements: usize,
    results: usize,
    types: PhantomData<fn(X)>,
}

impl<X> ReduceSum<X> {
    /// `turned` says that the operand is 128 more.
    pub fn new(op: &ops::ReduceSum, turned: bool, shape: &[u32]) -> Self {
        let (mut step, mut n) = (1usize, 1i32);
        let mut dims = vec![];
        for (axis, &d) in shape.iter().enumerate().rev() {
            if op.axes.iter().any(|&a| usize::from(a) == axis) {
                dims.push((d as usize, 0));
                n = n.wrapping_mul(d as i32);
            } else {
                dims.push((d as usize, step));
                step *= d as usize;
            }
        }
        let (row, row_step) = dims.remove(0);
        let elements = row * dims.iter().map(|d| d.0).product::<usize>();
        let zero_point = op.zero_point.wrapping_add(if turned { 128 } else { 0 });
        let start = n.wrapping_mul(zero_point).wrapping_neg();
        Self {
            outer: dims,
            row,
            keeps_row: row_step != 0,
            start,
            elements,
            results: step,
            types: PhantomData,
        }
    }
}

impl<X: Int> Body for ReduceSum<X> {
    /// Wrapping sums are exact: the check bounds every result within i32, and sums mod 2^32 have no order.
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let y = view_mut::<i32>(y, self.results);
        y.fill(self.start);
        let mut index = [0usize; isocortex_model::limits::RANK];
        let mut at = 0usize;
        for x in view::<X>(x[0], self.elements).chunks_exact(self.row) {
            if self.keeps_row {
                for (y, &x) in y[at..][..self.row].iter_mut().zip(x) {
                    *y = y.wrapping_add(x.into());
                }
            } else {
                y[at] = x.iter().fold(y[at], |sum, &x| sum.wrapping_add(x.into()));
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
        }
    }
}
