use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Product of two activations `[…, M, K]` and `[…, K, N]` to i32 `[…, M, N]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BatchMatMul {
    /// Of each operand, in its type.
    pub zero_points: [i32; 2],
    /// The second operand is `[…, N, K]`.
    pub transposed: bool,
}

impl Rule for BatchMatMul {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
