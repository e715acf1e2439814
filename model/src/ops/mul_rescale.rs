use super::{
    Constants, Inferred, Rule, check_range,
    operands::{broadcast, products, take, within_i32},
    q31s,
    rescale::check_scale,
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Product of two operands with one rounding.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MulRescale {
    /// Of each operand, in its type.
    pub zero_points: [i32; 2],
    /// 0 or in [2^30, 2^31).
    pub multiplier: i32,
    /// 2 to 62.
    pub shift: u8,
    /// Of the result.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Type of the result.
    pub dtype: DType,
}

impl MulRescale {
    /// The result for one pair of elements. The check has bounded the product to i32.
    #[inline(always)]
    pub fn apply(&self, a: i32, b: i32) -> i32 {
        let [za, zb] = self.zero_points.map(i64::from);
        self.scale(((i64::from(a) - za) * (i64::from(b) - zb)) as i32)
    }

    #[inline(always)]
    fn scale(&self, p: i32) -> i32 {
        let sum = q31s(p, self.multiplier, self.shift.into()) + i64::from(self.zero_point);
        sum.clamp(self.lo.into(), self.hi.into()) as i32
    }
}

impl Rule for MulRescale {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        for (x, zero_point) in operands.iter().zip(self.zero_points) {
            let all = x.ty.dtype.range();
            Fault::range("zero_points", zero_point.into(), all.lo.into(), all.hi.into())?;
        }
        check_scale(self.multiplier, self.shift.into())?;
        check_range(self.dtype, self.zero_point, self.lo, self.hi)?;
        let ty = TensorType::new(self.dtype, &broadcast(operands)?);
        let [za, zb] = self.zero_points;
        let (lo, hi) = products(a.interval, za, b.interval, zb);
        let p = within_i32(lo, hi)?;
        let macs = ty.elements().saturating_mul(2);
        Ok(Inferred::new(ty, Interval { lo: self.scale(p.lo), hi: self.scale(p.hi) }, macs))
    }
}
