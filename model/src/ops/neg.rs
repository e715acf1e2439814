use super::{Constants, Inferred, Rule, operands::take};
use crate::{Fault, Interval, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `−x`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Neg {}

impl Rule for Neg {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let all = x.ty.dtype.range();
        Fault::operand("x", x.interval, i64::from(all.lo) + 1, all.hi.into())?;
        let interval = Interval { lo: -x.interval.hi, hi: -x.interval.lo };
        Ok(Inferred::new(x.ty.clone(), interval, x.ty.elements()))
    }
}
