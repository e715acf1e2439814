use super::{Constants, Inferred, Rule, Window, accumulate, union};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Convolution of an i8 image `[H, W, C]` with i8 weights `[O, KH, KW, C]` to i32 `[OH, OW, O]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Conv2d {
    /// Constant: i8 `[O, KH, KW, C]`.
    pub weight: u32,
    /// Constant: i32 `[O]`.
    pub bias: u32,
    /// Of the operand, in i8.
    pub zero_point: i32,
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Distance of kernel elements, 1 to 64.
    pub dilation: [u32; 2],
    /// Top, left, bottom, right, up to 1,024.
    pub pads: [u32; 4],
}

impl Conv2d {
    /// The window, given the kernel's size from the weights' shape.
    pub fn window(&self, kernel: [u32; 2]) -> Window {
        Window { kernel, stride: self.stride, dilation: self.dilation, pads: self.pads }
    }
}

impl Rule for Conv2d {
    fn constants(&self) -> Vec<u32> {
        vec![self.weight, self.bias]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        let [h, w, c] = x.ty.image_i8()?;
        Fault::range("zero_point", self.zero_point.into(), -128, 127)?;
        let [o, kh, kw, _] = constants.shape::<4>(self.weight)?;
        let weight = constants.i8(self.weight, &[o, kh, kw, c])?;
        let bias = constants.i32(self.bias, &[o])?;
        let window = self.window([kh, kw]);
        let [oh, ow] = window.infer(h, w)?;
        let taps = weight.len() / bias.len().max(1);
        let interval =
            union(weight.chunks_exact(taps.max(1)).zip(bias).enumerate().map(|(channel, (row, &b))| {
                accumulate(channel, b, row.iter(), x.interval, self.zero_point, window.padded())
            }))?;
        let ty = TensorType::new(DType::I32, &[oh, ow, o]);
        let macs = ty.elements().saturating_mul(taps as u64);
        Ok(Inferred { ty, interval, macs, steps: window.steps([oh, ow], c), bytes: None })
    }
}
