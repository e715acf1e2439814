use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Mean over windows of an image `[H, W, C]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AvgPool {
    /// Height and width, 1 to 64.
    pub kernel: [u32; 2],
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Top, left, bottom, right, each smaller than the kernel.
    pub pads: [u32; 4],
    /// Of operand and result, in their type.
    pub zero_points: [i32; 2],
    /// Padding counts as elements that are zero.
    pub count_padding: bool,
}

impl Rule for AvgPool {
    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
