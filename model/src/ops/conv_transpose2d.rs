use super::{Constants, Inferred, Rule, accumulate, check_zero_point, operands::take, union};
use crate::{DType, Fault, TensorType, Value, limits};
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

impl ConvTranspose2d {
    /// Height and width of the result.
    fn out(&self, size: [u32; 2], kernel: [u32; 2]) -> Result<[u32; 2], Fault> {
        for (what, values) in [("stride", self.stride), ("dilation", self.dilation)] {
            for v in values {
                Fault::range(what, v.into(), 1, limits::WINDOW.into())?;
            }
        }
        for v in self.pads {
            Fault::range("pads", v.into(), -i64::from(limits::PAD), limits::PAD.into())?;
        }
        let mut out = [0; 2];
        for (i, out) in out.iter_mut().enumerate() {
            // Sizes are at most 2^24, strides and dilations 64.
            let extent = (i64::from(kernel[i]) - 1) * i64::from(self.dilation[i]) + 1;
            let full = (i64::from(size[i]) - 1) * i64::from(self.stride[i]) + extent;
            let cut = full - i64::from(self.pads[i]) - i64::from(self.pads[i + 2]);
            let fits = u32::try_from(cut).ok().filter(|&n| n > 0);
            *out = fits.ok_or_else(|| Fault::Shape(format!("a result of size {cut}")))?;
        }
        Ok(out)
    }
}

impl Rule for ConvTranspose2d {
    fn constants(&self) -> Vec<u32> {
        vec![self.weight, self.bias]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let [h, w, c] = x.ty.image()?;
        check_zero_point(x, self.zero_point)?;
        let [o, kh, kw, _] = constants.shape::<4>(self.weight)?;
        let weight = constants.i8(self.weight, &[o, kh, kw, c])?;
        let bias = constants.i32(self.bias, &[o])?;
        let [oh, ow] = self.out([h, w], [kh, kw])?;
        let taps = weight.len() / bias.len().max(1);
        // Results between the operand's positions, and those at the edges, miss some taps.
        let interval =
            union(weight.chunks_exact(taps.max(1)).zip(bias).enumerate().map(|(channel, (row, &b))| {
                accumulate(channel, b, row.iter(), x.interval, self.zero_point, true)
            }))?;
        let product =
            |last: u32| [w, kh, kw, last].into_iter().fold(u64::from(h), |n, d| n.saturating_mul(d.into()));
        let (macs, steps) = (product(o).saturating_mul(c.into()), product(o.div_ceil(16)));
        Ok(Inferred { steps, ..Inferred::new(TensorType::new(DType::I32, &[oh, ow, o]), interval, macs) })
    }
}
