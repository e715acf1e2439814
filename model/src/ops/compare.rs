use super::{
    Constants, Inferred, Rule,
    operands::{broadcast, same_dtype, take},
};
use crate::{DType, Fault, Interval, TensorType, Value};
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

impl Relation {
    /// Whether a stands in the relation to b.
    #[inline(always)]
    pub fn holds(self, a: i32, b: i32) -> bool {
        match self {
            Self::Equal => a == b,
            Self::Greater => a > b,
            Self::GreaterOrEqual => a >= b,
        }
    }
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

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        same_dtype(a, b)?;
        let ty = TensorType::new(DType::I8, &broadcast(operands)?);
        let macs = ty.elements();
        Ok(Inferred::new(ty, Interval { lo: 0, hi: 1 }, macs))
    }
}
