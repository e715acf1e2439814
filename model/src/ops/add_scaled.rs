use super::{
    Constants, Inferred, Rule, check_range,
    operands::{broadcast, take},
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Sum of two small-integer tensors of different scales, with one rounding.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AddScaled {
    /// Of each operand, 0 to 2^31 − 1.
    pub multipliers: [i32; 2],
    /// Of each operand, in its type.
    pub zero_points: [i32; 2],
    /// 2 to 62.
    pub shift: u8,
    /// Of the result.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Type of the result, i8 or i16.
    pub dtype: DType,
}

impl AddScaled {
    /// The result for one pair of elements. Each product is below 2^47 (operands of 16 bits), so the sum with
    /// the rounding term stays below 2^62.
    #[inline(always)]
    pub fn apply(&self, a: i32, b: i32) -> i32 {
        let term = |v: i32, i: usize| {
            (i64::from(v) - i64::from(self.zero_points[i])) * i64::from(self.multipliers[i])
        };
        let sum = (term(a, 0) + term(b, 1) + (1i64 << (self.shift - 1))) >> self.shift;
        (sum + i64::from(self.zero_point)).clamp(self.lo.into(), self.hi.into()) as i32
    }
}

impl Rule for AddScaled {
    fn arity(&self) -> std::ops::RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        for (i, x) in operands.iter().enumerate() {
            x.ty.dtype.expect_small()?;
            let range = x.ty.dtype.range();
            Fault::range("zero_points", self.zero_points[i].into(), range.lo.into(), range.hi.into())?;
            Fault::range("multipliers", self.multipliers[i].into(), 0, (1 << 31) - 1)?;
        }
        self.dtype.expect_small()?;
        check_range(self.dtype, self.zero_point, self.lo, self.hi)?;
        Fault::range("shift", self.shift.into(), 2, 62)?;
        let ty = TensorType::new(self.dtype, &broadcast(operands)?);
        let interval = Interval {
            lo: self.apply(a.interval.lo, b.interval.lo),
            hi: self.apply(a.interval.hi, b.interval.hi),
        };
        let macs = ty.elements().saturating_mul(2);
        Ok(Inferred::new(ty, interval, macs))
    }
}
