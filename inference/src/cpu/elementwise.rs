//! Ops on each element alone: Clamp, Table8; and Reshape, which moves nothing.

use super::element::{Int, view, view_mut};
use super::isa::{Body, Kernel, Operands};
use super::team::Team;

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
