use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Each row over its length, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct L2Norm {
    /// 1 to 2^31 − 1, in squared units of the operand.
    pub epsilon: i32,
    /// Fractional bits of the result, 0 to 24.
    pub fraction: u8,
}

impl Rule for L2Norm {
    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
