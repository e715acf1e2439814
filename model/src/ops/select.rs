use super::{
    Constants, Inferred, Rule,
    operands::{broadcast, same_dtype, take},
};
use crate::{Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// `a` where `c ≠ 0`, else `b`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Select {}

impl Rule for Select {
    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [_, a, b] = take(operands)?;
        let ty = TensorType::new(same_dtype(a, b)?, &broadcast(operands)?);
        let macs = ty.elements();
        Ok(Inferred::new(ty, a.interval.union(b.interval), macs))
    }
}
