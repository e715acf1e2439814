use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Each row less its mean, over its deviation, times gamma plus beta, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct LayerNorm {
    /// Constant: i16 `[K]`.
    pub gamma: u32,
    /// Constant: i32 `[K]`.
    pub beta: u32,
    /// 1 to 2^31 − 1, in squared units of the operand.
    pub epsilon: i32,
    /// Fractional bits of the normalised row, 0 to 14.
    pub fraction: u8,
}

impl Rule for LayerNorm {
    fn constants(&self) -> Vec<u32> {
        vec![self.gamma, self.beta]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
