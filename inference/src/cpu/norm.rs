//! LayerNorm and RmsNorm.

use super::element::{Int, view};
use super::isa::Operands;
use super::rows::Rows;
use isocortex_model::ops::rsqrt;
use std::marker::PhantomData;

/// LayerNorm, and RmsNorm without the mean.
pub(super) struct Norm<X> {
    pub rows: usize,
    pub gamma: Vec<i16>,
    /// Zeros in RmsNorm.
    pub beta: Vec<i32>,
    pub epsilon: i32,
    pub fraction: u8,
    /// LayerNorm: the mean is taken off.
    pub centred: bool,
    pub types: PhantomData<fn(X)>,
}

impl<X: Int> Rows for Norm<X> {
    type Y = i32;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.gamma.len()]
    }

    /// Wrapping operations are exact: by the check's conditions no sum leaves i64, and no result i32.
    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [i32]) {
        let k = self.gamma.len();
        let x = &view::<X>(x[0], self.rows * k)[first * k..];
        for (y, x) in y.chunks_exact_mut(k).zip(x.chunks_exact(k)) {
            let n = k as i64;
            let mean = if self.centred {
                let sum = x.iter().fold(0i64, |sum, &x| sum.wrapping_add(x.into()));
                (2 * sum + n).div_euclid(2 * n)
            } else {
                0
            };
            let mut squares = 0i64;
            // |x − μ| < 2^31.
            for (y, &x) in y.iter_mut().zip(x) {
                let x: i64 = x.into();
                *y = x.wrapping_sub(mean) as i32;
                squares = squares.wrapping_add(i64::from(*y).wrapping_mul(i64::from(*y)));
            }
            let (m, e) = rsqrt(squares / n + i64::from(self.epsilon));
            let shift = e - u32::from(self.fraction);
            let (m, round) = (i64::from(m), 1i64 << (shift - 1));
            for ((y, &gamma), &beta) in y.iter_mut().zip(&self.gamma).zip(&self.beta) {
                let n = i64::from(*y).wrapping_mul(m).wrapping_add(round).wrapping_shr(shift) as i32;
                *y = n.wrapping_mul(gamma.into()).wrapping_add(beta);
            }
        }
    }
}
