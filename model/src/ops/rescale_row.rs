use super::{
    Constants, Inferred, Rule, check_range,
    operands::{expect_row, take},
    q31s,
    rescale::scales,
    union,
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A Rescale with a factor of its own for each row.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct RescaleRow {
    /// Constant: i32 `[1]` or `[C]`, each 0 or in [2^30, 2^31).
    pub multiplier: u32,
    /// Constant: i8 `[1]` or `[C]`, each 2 to 62.
    pub shift: u32,
    /// Of the row's factor, 2 to 62.
    pub row_shift: u8,
    /// Of the result.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Type of the result.
    pub dtype: DType,
}

impl RescaleRow {
    /// The result for an element of a channel with this multiplier and shift, in a row with this number.
    #[inline(always)]
    pub fn apply(&self, x: i32, row: i32, (m, s): (i32, u32)) -> i32 {
        let u = q31s(x, m, s).clamp(i32::MIN.into(), i32::MAX.into());
        // |u·row| < 2^62, the rounding term at most 2^61.
        let v = (u * i64::from(row) + (1i64 << (self.row_shift - 1))) >> self.row_shift;
        (v + i64::from(self.zero_point)).clamp(self.lo.into(), self.hi.into()) as i32
    }
}

impl Rule for RescaleRow {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn constants(&self) -> Vec<u32> {
        vec![self.multiplier, self.shift]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x, row] = take(operands)?;
        x.ty.expect_dtype(DType::I32)?;
        expect_row(x, row)?;
        Fault::range("row_shift", self.row_shift.into(), 2, 62)?;
        check_range(self.dtype, self.zero_point, self.lo, self.hi)?;
        let interval =
            union(scales(constants, self.multiplier, self.shift, x.ty.channels())?.map(|scale| {
                let scale = scale?;
                // Monotone in each for a fixed other: the ends are at the corners.
                let [a, b] = [row.interval.lo, row.interval.hi].map(|row| {
                    let [a, b] = [x.interval.lo, x.interval.hi].map(|x| self.apply(x, row, scale));
                    Interval { lo: a.min(b), hi: a.max(b) }
                });
                Ok(a.union(b))
            }))?;
        let ty = TensorType::new(self.dtype, &x.ty.shape);
        let macs = ty.elements().saturating_mul(2);
        Ok(Inferred::new(ty, interval, macs))
    }
}
