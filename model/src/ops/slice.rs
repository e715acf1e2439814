use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Every so manyth element of each dimension from a start.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Slice {
    /// First index, one a dimension.
    pub start: Vec<u32>,
    /// Not 0, one a dimension.
    pub step: Vec<i32>,
    /// Elements of the result, one a dimension.
    pub size: Vec<u32>,
}

impl Rule for Slice {
    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
