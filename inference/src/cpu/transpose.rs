//! Transpose: rows of the result, gathered with one step.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use isocortex_model::ops;
use std::marker::PhantomData;

/// Transpose.
pub(super) struct Transpose<X> {
    /// The result's dimensions outside the last, innermost first, each with its step in the operand.
    outer: Vec<(usize, usize)>,
    row: usize,
    step: usize,
    elements: usize,
    types: PhantomData<fn(X)>,
}

impl<X> Transpose<X> {
    pub fn new(op: &ops::Transpose, shape: &[u32]) -> Self {
        let size = |axis: usize| shape[axis] as usize;
        let step = |axis: usize| shape[axis + 1..].iter().map(|&d| d as usize).product::<usize>();
        let mut dims: Vec<_> = op.perm.iter().rev().map(|&a| (size(a.into()), step(a.into()))).collect();
        let elements = dims.iter().map(|d| d.0).product();
        let (row, step) = dims.remove(0);
        Self { outer: dims, row, step, elements, types: PhantomData }
    }
}

impl<X: Int> Body for Transpose<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let x = view::<X>(x[0], self.elements);
        let mut index = [0usize; isocortex_model::limits::RANK];
        let mut at = 0usize;
        for y in view_mut::<X>(y, self.elements).chunks_exact_mut(self.row) {
            if self.step == 1 {
                y.copy_from_slice(&x[at..][..self.row]);
            } else {
                y.iter_mut().zip(x[at..].iter().step_by(self.step)).for_each(|(y, &x)| *y = x);
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
