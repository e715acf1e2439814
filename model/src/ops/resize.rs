use super::{Constants, Inferred, Rule};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// How a Resize finds its elements; the number in the header is the place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeMode {
    /// The nearest element, to the operand's type.
    Nearest,
    /// Four neighbours weighted, to i32 `ny·nx` times as large.
    Bilinear,
}

/// An image `[H, W, C]` in another size, by nearest or by four neighbours, as in TOSA.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Resize {
    /// Which.
    pub mode: ResizeMode,
    /// Vertical numerator and denominator, horizontal ones.
    pub scale: [u32; 4],
    /// Vertical, horizontal.
    pub offset: [i32; 2],
    /// Vertical, horizontal.
    pub border: [i32; 2],
}

impl Rule for Resize {
    fn infer(&self, _: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        Err(Fault::Shape("this op has no rule yet".into()))
    }
}
