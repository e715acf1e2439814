use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A table of 513 entries with linear interpolation: any function of one i16.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Table16 {
    /// Constant: i16 `[513]`.
    pub table: u32,
}

impl Rule for Table16 {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
