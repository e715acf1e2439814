//! Transpose, Slice and Tile: rows of the result, gathered with one step.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use isocortex_model::ops;
use std::marker::PhantomData;

/// Transpose, Slice or Tile.
pub(super) struct Strided<X> {
    /// The first element of the result, in the operand.
    start: usize,
    /// The result's dimensions outside the last, innermost first, each with its step in the operand, which wraps.
    outer: Vec<(usize, usize)>,
    row: usize,
    step: usize,
    /// Of the operand and of the result.
    elements: [usize; 2],
    types: PhantomData<fn(X)>,
}

impl<X> Strided<X> {
    pub fn transpose(op: &ops::Transpose, shape: &[u32]) -> Self {
        let steps = steps(shape);
        let dims = op.perm.iter().rev().map(|&a| (shape[usize::from(a)] as usize, steps[usize::from(a)]));
        Self::new(0, dims.collect(), shape)
    }

    pub fn slice(op: &ops::Slice, shape: &[u32]) -> Self {
        let steps = steps(shape);
        let start = op.start.iter().zip(&steps).map(|(&start, step)| start as usize * step).sum();
        let step = |axis: usize| steps[axis].wrapping_mul(op.step[axis] as isize as usize);
        Self::new(
            start,
            (0..shape.len()).rev().map(|axis| (op.size[axis] as usize, step(axis))).collect(),
            shape,
        )
    }

    /// Each dimension is two: the repetitions, which do not move in the operand, outside its elements.
    pub fn tile(op: &ops::Tile, shape: &[u32]) -> Self {
        let steps = steps(shape);
        let dims = (0..shape.len()).rev();
        let dims =
            dims.flat_map(|axis| [(shape[axis] as usize, steps[axis]), (op.repeats[axis] as usize, 0)]);
        Self::new(0, dims.collect(), shape)
    }

    /// `dims` of the result, innermost first.
    fn new(start: usize, mut dims: Vec<(usize, usize)>, shape: &[u32]) -> Self {
        // What lies in one piece is one dimension.
        let mut merged: Vec<(usize, usize)> = vec![];
        for (size, step) in dims.drain(..).filter(|d| d.0 > 1) {
            match merged.last_mut() {
                Some((n, inner)) if step == inner.wrapping_mul(*n) => *n *= size,
                _ => merged.push((size, step)),
            }
        }
        let result = merged.iter().map(|d| d.0).product();
        let (row, step) = if merged.is_empty() { (1, 1) } else { merged.remove(0) };
        let operand = shape.iter().map(|&d| d as usize).product();
        Self { start, outer: merged, row, step, elements: [operand, result], types: PhantomData }
    }
}

/// The step of each axis.
fn steps(shape: &[u32]) -> Vec<usize> {
    (0..shape.len()).map(|axis| shape[axis + 1..].iter().map(|&d| d as usize).product()).collect()
}

impl<X: Int> Body for Strided<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let x = view::<X>(x[0], self.elements[0]);
        let mut index = [0usize; 2 * isocortex_model::limits::RANK];
        let mut at = self.start;
        for y in view_mut::<X>(y, self.elements[1]).chunks_exact_mut(self.row) {
            if self.step == 1 {
                y.copy_from_slice(&x[at..][..self.row]);
            } else {
                let mut at = at;
                for y in y {
                    *y = x[at];
                    at = at.wrapping_add(self.step);
                }
            }
            for (i, &(size, step)) in index.iter_mut().zip(&self.outer) {
                *i += 1;
                at = at.wrapping_add(step);
                if *i < size {
                    break;
                }
                *i = 0;
                at = at.wrapping_sub(step.wrapping_mul(size));
            }
        }
    }
}
