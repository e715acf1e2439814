use super::{Constants, Inferred, Rule, Window, operands::take};
use crate::{Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Maximum over windows of an i8 or i16 image `[H, W, C]`; padding never wins.
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
        let [x] = take(operands)?;
        let [h, w, c] = x.ty.image()?;
        let window = self.window();
        let [oh, ow] = window.infer_pool(h, w)?;
        let ty = TensorType::new(x.ty.dtype, &[oh, ow, c]);
        Ok(Inferred { steps: window.steps([oh, ow], c), ..Inferred::new(ty, x.interval, 0) })
    }
}
