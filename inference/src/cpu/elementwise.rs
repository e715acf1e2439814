//! Ops on each element alone: AddScaled, Clamp, Table8; and Reshape, which moves nothing.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Kernel, Operands};
use super::team::Team;
use isocortex_model::ops;
use std::marker::PhantomData;

/// AddScaled, as `(a·ma + b·mb + constant) >> s`, with the zero points and the rounding in the constant.
pub(super) struct AddScaled<A, B, Y> {
    multipliers: [i32; 2],
    constant: i64,
    shift: u32,
    zero_point: i64,
    lo: i64,
    hi: i64,
    elements: usize,
    types: PhantomData<fn(A, B) -> Y>,
}

impl<A, B, Y> AddScaled<A, B, Y> {
    /// `turned` says which of the operands and the result are 128 more.
    pub fn new(op: &ops::AddScaled, turned: [bool; 3], elements: usize) -> Self {
        let [ma, mb] = op.multipliers;
        let [a, b, y] = turned.map(|turned| if turned { 128 } else { 0 });
        let [za, zb] = [op.zero_points[0] + a, op.zero_points[1] + b];
        Self {
            multipliers: op.multipliers,
            // Below 2^61 + 2 · 2^46; with the products below, all sums stay below 2^62.
            constant: (1 << (op.shift - 1)) - i64::from(za) * i64::from(ma) - i64::from(zb) * i64::from(mb),
            shift: op.shift.into(),
            zero_point: (op.zero_point + y).into(),
            lo: (op.lo + y).into(),
            hi: (op.hi + y).into(),
            elements,
            types: PhantomData,
        }
    }
}

impl<A: Int, B: Int, Y: Int> Body for AddScaled<A, B, Y> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let (a, b) = (view::<A>(x[0], self.elements), view::<B>(x[1], self.elements));
        let [ma, mb] = self.multipliers.map(i64::from);
        for ((y, &a), &b) in view_mut::<Y>(y, self.elements).iter_mut().zip(a).zip(b) {
            // Exact though wrapping: see `constant`.
            let (a, b): (i64, i64) = (a.into(), b.into());
            let sum = a.wrapping_mul(ma).wrapping_add(b.wrapping_mul(mb)).wrapping_add(self.constant);
            let scaled = sum.wrapping_shr(self.shift).wrapping_add(self.zero_point);
            *y = Y::wrap(scaled.max(self.lo).min(self.hi));
        }
    }
}

/// Clamp.
pub(super) struct Clamp<T> {
    pub lo: T,
    pub hi: T,
    pub elements: usize,
}

impl<T: Int> Body for Clamp<T> {
    #[inline(always)]
    fn body(&self, x: Operands<'_>, y: &mut [i32]) {
        let x = view::<T>(x[0], self.elements);
        for (y, &x) in view_mut::<T>(y, self.elements).iter_mut().zip(x) {
            *y = x.max(self.lo).min(self.hi);
        }
    }
}

/// Table8.
pub(super) struct Table8 {
    /// Entry for the bits of x as u8: the table of SPEC.md turned by 128.
    table: [i8; 256],
    elements: usize,
}

impl Table8 {
    pub fn new(table: &[i8], elements: usize) -> Self {
        Self { table: std::array::from_fn(|bits| table[bits ^ 128]), elements }
    }
}

impl Kernel for Table8 {
    fn run(&self, x: Operands<'_>, y: &mut [i32], _: &mut [u8], _: &Team) {
        let x = view::<i8>(x[0], self.elements);
        for (y, &x) in view_mut::<i8>(y, self.elements).iter_mut().zip(x) {
            *y = self.table[usize::from(x as u8)];
        }
    }
}

/// Reshape: a copy.
pub(super) struct Reshape {
    pub words: usize,
}

impl Kernel for Reshape {
    fn run(&self, x: Operands<'_>, y: &mut [i32], _: &mut [u8], _: &Team) {
        y[..self.words].copy_from_slice(&x[0][..self.words]);
    }
}
