use super::{
    Constants, Inferred, Rule,
    operands::{broadcast, take, within_i32},
};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// `a − b`, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Sub {}

impl Rule for Sub {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        let ty = TensorType::new(DType::I32, &broadcast(operands)?);
        let end = |a: i32, b: i32| i128::from(a) - i128::from(b);
        let (a, b) = (a.interval, b.interval);
        let interval = within_i32(end(a.lo, b.hi), end(a.hi, b.lo))?;
        let macs = ty.elements();
        Ok(Inferred::new(ty, interval, macs))
    }
}
