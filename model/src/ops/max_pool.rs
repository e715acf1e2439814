use super::{Constants, Inferred, Rule, Window};
use crate::{DType, Fault, TensorType, Value, limits};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Maximum over windows of an i8 image `[H, W, C]`; padding never wins.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MaxPool {
    /// Height and width, 1 to 64.
    pub kernel: [u32; 2],
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Top, left, bottom, right, each smaller than the kernel.
    pub pads: [u32; 4],
}

impl MaxPool {
    /// The window.
    pub fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, dilation: [1, 1], pads: self.pads }
    }
}

impl Rule for MaxPool {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        let [h, w, c] = x.ty.image_i8()?;
        for (side, &pad) in self.pads.iter().enumerate() {
            let k = i64::from(self.kernel[side % 2]);
            Fault::range("kernel", k, 1, limits::WINDOW.into())?;
            // Smaller than the kernel: each window then holds a real element.
            Fault::range("pads", pad.into(), 0, k - 1)?;
        }
        let window = self.window();
        let [oh, ow] = window.infer(h, w)?;
        let ty = TensorType::new(DType::I8, &[oh, ow, c]);
        Ok(Inferred { ty, interval: x.interval, macs: 0, steps: window.steps([oh, ow], c), bytes: None })
    }
}
