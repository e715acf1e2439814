use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Rotary position embedding.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Rope {
    /// Constant: i16 `[P, D/2]`, Q15.
    pub cos: u32,
    /// Constant: i16 `[P, D/2]`, Q15.
    pub sin: u32,
    /// Pairs are neighbours instead of halves.
    pub interleaved: bool,
}

impl Rule for Rope {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn constants(&self) -> Vec<u32> {
        vec![self.cos, self.sin]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
