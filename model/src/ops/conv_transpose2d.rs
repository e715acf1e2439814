use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Transposed convolution of an i8 or i16 image `[H, W, C]` to i32 `[OH, OW, O]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ConvTranspose2d {
    /// Constant: i8 `[O, KH, KW, C]`.
    pub weight: u32,
    /// Constant: i32 `[O]`.
    pub bias: u32,
    /// Of the operand, in its type.
    pub zero_point: i32,
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Distance of kernel elements, 1 to 64.
    pub dilation: [u32; 2],
    /// Top, left, bottom, right, −1,024 to 1,024: positive ones cut the result.
    pub pads: [i32; 4],
}

impl Rule for ConvTranspose2d {
    fn constants(&self) -> Vec<u32> {
        vec![self.weight, self.bias]
    }

    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
