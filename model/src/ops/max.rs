use super::{
    Constants, Inferred, Rule,
    operands::{broadcast, same_dtype, take},
};
use crate::{Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The larger of two.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Max {}

impl Rule for Max {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        let ty = TensorType::new(same_dtype(a, b)?, &broadcast(operands)?);
        let (a, b) = (a.interval, b.interval);
        let interval = Interval { lo: a.lo.max(b.lo), hi: a.hi.max(b.hi) };
        let macs = ty.elements();
        Ok(Inferred::new(ty, interval, macs))
    }
}
