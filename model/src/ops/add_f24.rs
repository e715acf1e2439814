use super::{
    Constants, Inferred, Rule, check_range, check_zero_point,
    f24::{r24, rne},
    operands::{broadcast, take},
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Sum of two i8 tensors as two fused multiply-adds in single precision round it; to i8.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AddF24 {
    /// Of each operand, 0 to 2^52, with at most 24 significant bits.
    pub multipliers: [i64; 2],
    /// Of each operand.
    pub zero_points: [i32; 2],
    /// What does not depend on the operands, times 2^shift: −2^60 to 2^60, with at most 24 significant bits.
    pub fixed: i64,
    /// 0 to 62.
    pub shift: u8,
    /// Of the result, added after the last rounding.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
}

impl AddF24 {
    /// The result for one pair of elements. Each product is below 2^60, so the sums are below 2^62.
    #[inline(always)]
    pub fn apply(&self, a: i32, b: i32) -> i32 {
        let term = |v: i32, i: usize| i64::from(v - self.zero_points[i]) * self.multipliers[i];
        let t = r24(term(b, 1) + self.fixed);
        let y = rne(r24(term(a, 0) + t), self.shift.into()) + i64::from(self.zero_point);
        y.clamp(self.lo.into(), self.hi.into()) as i32
    }
}

impl Rule for AddF24 {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        for (i, x) in operands.iter().enumerate() {
            x.ty.expect_dtype(DType::I8)?;
            check_zero_point(x, self.zero_points[i])?;
            significant("multipliers", self.multipliers[i], 0, 1 << 52)?;
        }
        significant("fixed", self.fixed, -(1 << 60), 1 << 60)?;
        Fault::range("shift", self.shift.into(), 0, 62)?;
        check_range(DType::I8, self.zero_point, self.lo, self.hi)?;
        let ty = TensorType::new(DType::I8, &broadcast(operands)?);
        // Monotone in both.
        let interval = Interval {
            lo: self.apply(a.interval.lo, b.interval.lo),
            hi: self.apply(a.interval.hi, b.interval.hi),
        };
        let macs = ty.elements().saturating_mul(2);
        Ok(Inferred::new(ty, interval, macs))
    }
}

fn significant(what: &'static str, got: i64, lo: i64, hi: i64) -> Result<(), Fault> {
    Fault::range(what, got, lo, hi)?;
    if r24(got) == got {
        Ok(())
    } else {
        Err(Fault::Attribute { what, got, allowed: "what has 24 significant bits".into() })
    }
}
