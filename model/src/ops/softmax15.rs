use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Softmax of each row in Q15.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Softmax15 {
    /// Constant: i16 `[256]`, 2^(−i/256) in Q15.
    pub table: u32,
    /// 0 to 2^31 − 1.
    pub multiplier: i32,
    /// 0 to 62.
    pub shift: u8,
}

impl Rule for Softmax15 {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
