use super::{Constants, Inferred, Rule};
use crate::{DType, Fault, Value};
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

impl Rule for MulRescale {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
