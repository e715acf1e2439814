use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Each row over its root mean square, times gamma, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct RmsNorm {
    /// Constant: i16 `[K]`.
    pub gamma: u32,
    /// 1 to 2^31 − 1, in squared units of the operand.
    pub epsilon: i32,
    /// Fractional bits of the normalised row, 0 to 14.
    pub fraction: u8,
}

impl Rule for RmsNorm {
    fn constants(&self) -> Vec<u32> {
        vec![self.gamma]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
