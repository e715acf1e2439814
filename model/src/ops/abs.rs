use super::{Constants, Inferred, Rule, operands::take};
use crate::{Fault, Interval, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `|x|`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Abs {}

impl Rule for Abs {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let all = x.ty.dtype.range();
        Fault::operand("x", x.interval, i64::from(all.lo) + 1, all.hi.into())?;
        let (a, b) = (x.interval.lo.abs(), x.interval.hi.abs());
        let lo = if x.interval.contains(0) { 0 } else { a.min(b) };
        Ok(Inferred::new(x.ty.clone(), Interval { lo, hi: a.max(b) }, x.ty.elements()))
    }
}
