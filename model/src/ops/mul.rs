use super::{
    Constants, Inferred, Rule,
    operands::{broadcast, products, take, within_i32},
};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// `a · b`, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Mul {}

impl Rule for Mul {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        let ty = TensorType::new(DType::I32, &broadcast(operands)?);
        let (lo, hi) = products(a.interval, 0, b.interval, 0);
        let interval = within_i32(lo, hi)?;
        let macs = ty.elements();
        Ok(Inferred::new(ty, interval, macs))
    }
}
