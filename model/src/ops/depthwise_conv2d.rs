use super::{Constants, Inferred, Rule, Window, accumulate, check_zero_point, operands::take, union};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Convolution of each channel of an i8 or i16 image `[H, W, C]` with its own i8 kernel, weights
/// `[KH, KW, C]`, to i32 `[OH, OW, C]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DepthwiseConv2d {
    /// Constant: i8 `[KH, KW, C]`.
    pub weight: u32,
    /// Constant: i32 `[C]`.
    pub bias: u32,
    /// Of the operand, in its type.
    pub zero_point: i32,
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Distance of kernel elements, 1 to 64.
    pub dilation: [u32; 2],
    /// Top, left, bottom, right, up to 1,024.
    pub pads: [u32; 4],
}

impl DepthwiseConv2d {
    /// The window, given the kernel's size from the weights' shape.
    pub fn window(&self, kernel: [u32; 2]) -> Window {
        Window { kernel, stride: self.stride, dilation: self.dilation, pads: self.pads }
    }
}

impl Rule for DepthwiseConv2d {
    fn constants(&self) -> Vec<u32> {
        vec![self.weight, self.bias]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let [h, w, c] = x.ty.image()?;
        check_zero_point(x, self.zero_point)?;
        let [kh, kw, _] = constants.shape::<3>(self.weight)?;
        let weight = constants.i8(self.weight, &[kh, kw, c])?;
        let bias = constants.i32(self.bias, &[c])?;
        let window = self.window([kh, kw]);
        let [oh, ow] = window.infer(h, w)?;
        let interval = union(bias.iter().enumerate().map(|(channel, &b)| {
            let taps = weight.iter().skip(channel).step_by(bias.len());
            accumulate(channel, b, taps, x.interval, self.zero_point, window.padded())
        }))?;
        let ty = TensorType::new(DType::I32, &[oh, ow, c]);
        let macs = ty.elements().saturating_mul(u64::from(kh) * u64::from(kw));
        Ok(Inferred { steps: window.steps([oh, ow], c), ..Inferred::new(ty, interval, macs) })
    }
}
