//! Clamp; Constant and Reshape, which copy.

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

/// Constant: a copy.
pub(super) struct Constant {
    pub words: Vec<i32>,
}

impl Kernel for Constant {
    fn run(&self, _: Operands<'_>, y: &mut [i32], _: &mut [u8], _: &Team) {
        y[..self.words.len()].copy_from_slice(&self.words);
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
