use super::{Constants, Inferred, Rule};
use crate::{DType, Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A Rescale with a factor of its own for each row.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct RescaleRow {
    /// Constant: i32 `[1]` or `[C]`, each 0 or in [2^30, 2^31).
    pub multiplier: u32,
    /// Constant: i8 `[1]` or `[C]`, each 2 to 62.
    pub shift: u32,
    /// Of the row's factor, 2 to 62.
    pub row_shift: u8,
    /// Of the result.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Type of the result.
    pub dtype: DType,
}

impl Rule for RescaleRow {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn constants(&self) -> Vec<u32> {
        vec![self.multiplier, self.shift]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
