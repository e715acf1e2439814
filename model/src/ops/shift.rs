use super::{
    Constants, Inferred, Rule,
    operands::{take, within_i32},
};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `x · 2^bits`, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Shift {
    /// −31 to 31: to the left where positive.
    pub bits: i8,
    /// Halves up instead of floor; to the right only.
    pub round: bool,
}

impl Shift {
    /// The result for one element; within i32 where the check has accepted the op, below 2^62 for any `bits`
    /// in −31..=31.
    #[inline(always)]
    pub fn apply(&self, x: i32) -> i64 {
        let x = i64::from(x);
        if self.bits >= 0 {
            return x << self.bits;
        }
        let n = self.bits.unsigned_abs();
        let half = if self.round { 1i64 << (n - 1) } else { 0 };
        (x + half) >> n
    }
}

impl Rule for Shift {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        Fault::range("bits", self.bits.into(), -31, 31)?;
        Fault::range("round", self.round.into(), 0, i64::from(self.bits < 0))?;
        let interval = within_i32(self.apply(x.interval.lo).into(), self.apply(x.interval.hi).into())?;
        let ty = TensorType::new(DType::I32, &x.ty.shape);
        let macs = ty.elements();
        Ok(Inferred::new(ty, interval, macs))
    }
}
