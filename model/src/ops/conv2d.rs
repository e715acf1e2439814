use super::{Constants, Inferred, Rule, Window, accumulate, check_zero_point, operands::take, union};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Convolution of an i8 or i16 image `[H, W, C]` with i8 weights `[O, KH, KW, C/G]` to i32 `[OH, OW, O]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Conv2d {
    /// Constant: i8 `[O, KH, KW, C/G]`.
    pub weight: u32,
    /// Constant: i32 `[O]`.
    pub bias: u32,
    /// Of the operand, in its type.
    pub zero_point: i32,
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Distance of kernel elements, 1 to 64.
    pub dilation: [u32; 2],
    /// Top, left, bottom, right, up to 1,024.
    pub pads: [u32; 4],
    /// G, which divides C and O: each O/G channels of the result see their own C/G of the operand.
    pub groups: u32,
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
        let [x] = take(operands)?;
        let [h, w, c] = x.ty.image()?;
        check_zero_point(x, self.zero_point)?;
        let [o, kh, kw, _] = constants.shape::<4>(self.weight)?;
        if !c.is_multiple_of(self.groups) || !o.is_multiple_of(self.groups) {
            let (got, allowed) = (self.groups.into(), format!("a divisor of {c} and {o}"));
            return Err(Fault::Attribute { what: "groups", got, allowed });
        }
        let c = c / self.groups;
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
        let steps = window.steps([oh, ow], c).saturating_mul(self.groups.into());
        Ok(Inferred { steps, ..Inferred::new(ty, interval, macs) })
    }
}
