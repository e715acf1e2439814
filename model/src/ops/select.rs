use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
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

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
