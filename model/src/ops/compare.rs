use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A relation of a to b; its number in the header is its place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// `a = b`.
    Equal,
    /// `a > b`.
    Greater,
    /// `a ≥ b`.
    GreaterOrEqual,
}

/// 1 where a relation holds, else 0, as i8.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Compare {
    /// Which relation of a to b.
    pub relation: Relation,
}

impl Rule for Compare {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
