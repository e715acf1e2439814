use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Rows of a constant by the operand's indices.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Embed {
    /// Constant: any type, `[K, C…]`.
    pub table: u32,
}

impl Rule for Embed {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
