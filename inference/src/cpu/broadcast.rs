//! Ops on two operands that broadcast: a row of the result at a time.

use super::element::{Int, view};
use super::isa::Operands;
use super::rows::Rows;
use isocortex_model::ops;
use std::marker::PhantomData;

/// What is computed of a pair of elements.
pub(super) trait Pair: Send + Sync {
    fn apply(&self, a: i32, b: i32) -> i32;
}

impl Pair for ops::AddScaled {
    #[inline(always)]
    fn apply(&self, a: i32, b: i32) -> i32 {
        // Exact though wrapping, see `add_scaled.rs`.
        let [ma, mb] = self.multipliers.map(i64::from);
        let [za, zb] = self.zero_points.map(i64::from);
        let term = |v: i32, z: i64, m: i64| i64::from(v).wrapping_sub(z).wrapping_mul(m);
        let sum = term(a, za, ma).wrapping_add(term(b, zb, mb)).wrapping_add(1 << (self.shift - 1));
        let scaled = sum.wrapping_shr(self.shift.into()).wrapping_add(self.zero_point.into());
        scaled.max(self.lo.into()).min(self.hi.into()) as i32
    }
}

/// By the check, results of these lie within i32.
macro_rules! wrapping {
    ($($op:ident $f:ident),*) => {$(
        impl Pair for ops::$op {
            #[inline(always)]
            fn apply(&self, a: i32, b: i32) -> i32 {
                a.$f(b)
            }
        }
    )*};
}
wrapping!(Add wrapping_add, Sub wrapping_sub, Mul wrapping_mul);

impl Pair for ops::Max {
    #[inline(always)]
    fn apply(&self, a: i32, b: i32) -> i32 {
        a.max(b)
    }
}

impl Pair for ops::Min {
    #[inline(always)]
    fn apply(&self, a: i32, b: i32) -> i32 {
        a.min(b)
    }
}

impl Pair for ops::Compare {
    #[inline(always)]
    fn apply(&self, a: i32, b: i32) -> i32 {
        self.relation.holds(a, b).into()
    }
}

impl Pair for ops::MulRescale {
    #[inline(always)]
    fn apply(&self, a: i32, b: i32) -> i32 {
        let [za, zb] = self.zero_points;
        // The check has bounded the product to i32, so that it is right mod 2^32.
        let product = i64::from(a.wrapping_sub(za).wrapping_mul(b.wrapping_sub(zb)));
        let sum = product.wrapping_mul(self.multiplier.into()).wrapping_add(1 << (self.shift - 1));
        let scaled = sum.wrapping_shr(self.shift.into()).wrapping_add(self.zero_point.into());
        scaled.max(self.lo.into()).min(self.hi.into()) as i32
    }
}

/// An op on pairs.
pub(super) struct Broadcast<P, A, B, Y> {
    op: P,
    /// The result's dimensions outside the last, innermost first, each with its step in the operands.
    outer: Vec<(usize, [usize; 2])>,
    /// Length of a row, and the step along it.
    row: usize,
    step: [usize; 2],
    elements: [usize; 2],
    rows: usize,
    types: PhantomData<fn(A, B) -> Y>,
}

impl<P, A, B, Y> Broadcast<P, A, B, Y> {
    /// All three shapes are of one rank, as the check asks.
    pub fn new(op: P, a: &[u32], b: &[u32], y: &[u32]) -> Self {
        let mut dims: Vec<(usize, [usize; 2])> = vec![];
        let mut strides = [1usize; 2];
        for axis in (0..y.len()).rev() {
            let own = [a[axis] as usize, b[axis] as usize];
            if y[axis] > 1 {
                dims.push((y[axis] as usize, [0, 1].map(|i| if own[i] == 1 { 0 } else { strides[i] })));
            }
            strides = [strides[0] * own[0], strides[1] * own[1]];
        }
        // Neighbouring dimensions that both operands have whole are one.
        let mut merged: Vec<(usize, [usize; 2])> = vec![];
        for (size, step) in dims {
            match merged.last_mut() {
                Some((n, steps)) if [0, 1].iter().all(|&i| step[i] == steps[i] * *n) => *n *= size,
                _ => merged.push((size, step)),
            }
        }
        let (row, step) = if merged.is_empty() { (1, [1; 2]) } else { merged.remove(0) };
        let rows = merged.iter().map(|d| d.0).product();
        Self { op, outer: merged, row, step, elements: strides, rows, types: PhantomData }
    }
}

impl<P: Pair, A: Int, B: Int, Y: Int> Rows for Broadcast<P, A, B, Y> {
    type Y = Y;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.row]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [Y]) {
        let (a, b) = (view::<A>(x[0], self.elements[0]), view::<B>(x[1], self.elements[1]));
        for (row, y) in (first..).zip(y.chunks_exact_mut(self.row)) {
            let (mut rest, mut at) = (row, [0usize; 2]);
            for &(size, step) in &self.outer {
                at = [0, 1].map(|i| at[i] + rest % size * step[i]);
                rest /= size;
            }
            let (a, b) = (&a[at[0]..], &b[at[1]..]);
            let narrow = |v: i32| Y::wrap(v.into());
            match self.step {
                [0, _] => {
                    let a = a[0].into();
                    y.iter_mut().zip(b).for_each(|(y, &b)| *y = narrow(self.op.apply(a, b.into())));
                }
                [_, 0] => {
                    let b = b[0].into();
                    y.iter_mut().zip(a).for_each(|(y, &a)| *y = narrow(self.op.apply(a.into(), b)));
                }
                _ => {
                    let pairs = y.iter_mut().zip(a).zip(b);
                    pairs.for_each(|((y, &a), &b)| *y = narrow(self.op.apply(a.into(), b.into())));
                }
            }
        }
    }
}
