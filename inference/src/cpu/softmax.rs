//! Softmax15.
//!
//! Division by a row's sum S is multiplication by `floor(2^(31+l) / S) + 1` with `2^(l−1) < S ≤ 2^l` and a shift by
//! 31 + l, exact for numerators below 2^31 (Granlund and Montgomery 1994, theorem 4.2); `e·2^15 + S/2` is at most
//! `32,767·2^15 + 2^30`, which is.

use super::element::{Int, view};
use super::isa::Operands;
use super::rows::Rows;
use isocortex_model::ops;
use std::marker::PhantomData;

/// Softmax15 of rows of `k`.
pub(super) struct Softmax<X> {
    rows: usize,
    k: usize,
    /// 256 entries, each in Q15.
    table: Vec<i32>,
    multiplier: i64,
    shift: u32,
    types: PhantomData<fn(X)>,
}

impl<X> Softmax<X> {
    pub fn new(op: &ops::Softmax15, table: &[i16], rows: usize, k: usize) -> Self {
        let table = table.iter().map(|&v| v.into()).collect();
        Self { rows, k, table, multiplier: op.multiplier.into(), shift: op.shift.into(), types: PhantomData }
    }
}

impl<X: Int> Rows for Softmax<X> {
    type Y = i16;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.k]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [i16]) {
        let x = &view::<X>(x[0], self.rows * self.k)[first * self.k..];
        let Some(table) = self.table.first_chunk::<256>() else { return };
        for (y, x) in y.chunks_exact_mut(self.k).zip(x.chunks_exact(self.k)) {
            let most = x.iter().fold(X::MIN, |most, &x| most.max(x));
            let most: i64 = most.into();
            let mut sum = 0i32;
            for (y, &x) in y.iter_mut().zip(x) {
                let x: i64 = x.into();
                // Below 2^32 · 2^31; what halves more than 15 times is 0, as 16 times is.
                let t = most.wrapping_sub(x).wrapping_mul(self.multiplier).wrapping_shr(self.shift);
                let t = t.min(0xfff) as u32;
                let e = table[(t & 0xff) as usize] >> (t >> 8);
                *y = e as i16; // below 2^15
                sum = sum.wrapping_add(e); // at most 2^16 · 32,767
            }
            // 1 to 2^31 − 1.
            let sum = u64::from(sum.max(1).unsigned_abs());
            let bits = 31 + sum.next_power_of_two().trailing_zeros();
            let (inverse, half) = ((1u64 << bits) / sum + 1, sum / 2);
            for y in y {
                let n = ((*y as u64) << 15).wrapping_add(half);
                *y = n.wrapping_mul(inverse).wrapping_shr(bits).min(32_767) as i16;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn division_is_exact(sum in 1u64..1 << 31, bits in 0u32..31, e in 0u64..32_768) {
            let sum = (sum >> bits).max(1);
            let shift = 31 + sum.next_power_of_two().trailing_zeros();
            let inverse = (1u64 << shift) / sum + 1;
            for n in [(e << 15) + sum / 2, (32_767 << 15) + (1 << 30), sum - 1, sum, (1 << 31) - 1] {
                prop_assert_eq!((n * inverse) >> shift, n / sum);
            }
        }
    }
}
