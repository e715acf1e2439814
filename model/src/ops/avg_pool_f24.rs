use super::{
    Constants, Inferred, Rule, Window, check_range, check_zero_point,
    f24::{F24, r24, rne},
    operands::take,
    rescale_f24::check_offset,
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Mean over windows of an i8 image `[H, W, C]` as single precision rounds it; to i8.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AvgPoolF24 {
    /// Height and width, 1 to 64.
    pub kernel: [u32; 2],
    /// Vertical and horizontal step, 1 to 64.
    pub stride: [u32; 2],
    /// Top, left, bottom, right, each smaller than the kernel.
    pub pads: [u32; 4],
    /// Padding counts as elements that are zero.
    pub count_padding: bool,
    /// Of the operand.
    pub operand_zero_point: i32,
    /// Of the operand's and the result's scale, 2^23 to 2^24 − 1.
    pub multipliers: [i32; 2],
    /// Of both scales, 0 to 62.
    pub shifts: [u8; 2],
    /// Added before the last rounding, −2^15 to 2^15.
    pub offset: i32,
    /// Of the result, added after it.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
}

impl AvgPoolF24 {
    /// The window.
    pub fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, dilation: [1, 1], pads: self.pads }
    }

    /// The sum with one more element of the window; it starts at 0 and stays below 2^45.
    #[inline(always)]
    pub fn add(&self, sum: i64, x: i32) -> i64 {
        r24(sum + r24(i64::from(x - self.operand_zero_point) * i64::from(self.multipliers[0])))
    }

    /// The result for a window's sum, of which `inside` elements lie in the operand (1 to 4,096).
    pub fn finish(&self, sum: i64, inside: u32) -> i32 {
        let n = if self.count_padding { self.kernel[0] * self.kernel[1] } else { inside };
        let [sx, sy] = self.shifts.map(i32::from);
        let F24 { m, e } = F24::norm(sum, sx).quot(n).quot(self.multipliers[1].unsigned_abs());
        let (e, offset) = (e - sy, i64::from(self.offset));
        let v = match u32::try_from(e) {
            _ if m == 0 => offset,
            Ok(e) if e > 40 => offset,
            Ok(e) => rne(r24(i64::from(m) + (offset << e)), e),
            Err(_) => i64::from(m.signum()) << 31,
        };
        (v + i64::from(self.zero_point)).clamp(self.lo.into(), self.hi.into()) as i32
    }
}

impl Rule for AvgPoolF24 {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        x.ty.expect_dtype(DType::I8)?;
        let [h, w, c] = x.ty.image()?;
        check_zero_point(x, self.operand_zero_point)?;
        for (m, s) in self.multipliers.into_iter().zip(self.shifts) {
            Fault::range("multipliers", m.into(), 1 << 23, (1 << 24) - 1)?;
            Fault::range("shifts", s.into(), 0, 62)?;
        }
        check_offset(self.offset)?;
        check_range(DType::I8, self.zero_point, self.lo, self.hi)?;
        let window = self.window();
        let [oh, ow] = window.infer_pool(h, w)?;
        let ty = TensorType::new(DType::I8, &[oh, ow, c]);
        let [kh, kw] = self.kernel.map(u64::from);
        let macs = ty.elements().saturating_mul(kh * kw);
        let interval = Interval { lo: self.lo, hi: self.hi };
        Ok(Inferred { steps: window.steps([oh, ow], c), ..Inferred::new(ty, interval, macs) })
    }
}
