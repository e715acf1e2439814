use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Sum of decision trees, exact.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TreeEnsemble {
    /// Constant: i32 `[N]`.
    pub feature: u32,
    /// Constant: i32 `[N]`.
    pub threshold: u32,
    /// Constant: i32 `[N, 2]`.
    pub children: u32,
    /// Constant: i32 `[T]`.
    pub roots: u32,
    /// Constant: i32 `[L, C]`.
    pub leaves: u32,
    /// Constant: i32 `[C]`.
    pub bias: u32,
}

impl Rule for TreeEnsemble {
    fn constants(&self) -> Vec<u32> {
        vec![self.feature, self.threshold, self.children, self.roots, self.leaves, self.bias]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
