//! Concat, Pad and CausalMask: what is copied in runs.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Operands};
use super::rows::Rows;
use isocortex_model::ops;
use std::marker::PhantomData;

fn product(dims: &[u32]) -> usize {
    dims.iter().map(|&d| d as usize).product()
}

/// Concat: rows of the result are the operands' rows, one after the other.
pub(super) struct Concat<X> {
    rows: usize,
    /// Elements of a row of each operand.
    parts: Vec<usize>,
    types: PhantomData<fn(X)>,
}

impl<X> Concat<X> {
    pub fn new(op: &ops::Concat, operands: &[&[u32]]) -> Self {
        let axis = usize::from(op.axis);
        let rows = operands.first().map_or(0, |shape| product(&shape[..axis]));
        let parts = operands.iter().map(|shape| product(&shape[axis..])).collect();
        Self { rows, parts, types: PhantomData }
    }
}

impl<X: Int> Rows for Concat<X> {
    type Y = X;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.parts.iter().sum()]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [X]) {
        let [_, len] = self.shape();
        let mut before = 0;
        for (x, &part) in x.iter().zip(&self.parts) {
            let x = view::<X>(x, self.rows * part);
            for (y, x) in y.chunks_exact_mut(len).zip(x[first * part..].chunks_exact(part)) {
                y[before..][..part].copy_from_slice(x);
            }
            before += part;
        }
    }
}

/// Pad: a result full of the value, into which the operand's rows are copied.
pub(super) struct Pad<X> {
    value: X,
    /// The operand's dimensions outside the last, innermost first, each with its step in the result.
    outer: Vec<(usize, usize)>,
    row: usize,
    /// Where the operand starts in the result.
    start: usize,
    /// Of the operand and of the result.
    elements: [usize; 2],
}

impl<X: Int> Pad<X> {
    pub fn new(op: &ops::Pad, x: &[u32], y: &[u32]) -> Self {
        let step = |axis: usize| product(&y[axis + 1..]);
        let start = op.before.iter().enumerate().map(|(axis, &n)| n as usize * step(axis)).sum();
        let outer = (0..x.len() - 1).rev().map(|axis| (x[axis] as usize, step(axis))).collect();
        let row = product(&x[x.len() - 1..]);
        Self { value: X::wrap(op.value.into()), outer, row, start, elements: [product(x), product(y)] }
    }
}

impl<X: Int> Body for Pad<X> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let y = view_mut::<X>(y, self.elements[1]);
        y.fill(self.value);
        let mut index = [0usize; isocortex_model::limits::RANK];
        let mut at = self.start;
        for x in view::<X>(x[0], self.elements[0]).chunks_exact(self.row) {
            y[at..][..self.row].copy_from_slice(x);
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

/// CausalMask; P is the type of the position.
pub(super) struct CausalMask<X, P> {
    pub fill: X,
    pub rows: usize,
    pub queries: usize,
    pub keys: usize,
    pub types: PhantomData<fn(P)>,
}

impl<X: Int, P: Int> Rows for CausalMask<X, P> {
    type Y = X;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.keys]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [X]) {
        let position: i32 = view::<P>(x[1], 1)[0].into();
        let x = view::<X>(x[0], self.rows * self.keys);
        let rows = y.chunks_exact_mut(self.keys).zip(x[first * self.keys..].chunks_exact(self.keys));
        for (row, (y, x)) in (first..).zip(rows) {
            // 0 to 2^24, by the check.
            let seen = (row % self.queries + position as usize + 1).min(self.keys);
            y[..seen].copy_from_slice(&x[..seen]);
            y[seen..].fill(self.fill);
        }
    }
}
