use super::{Constants, Inferred, Rule, Window, check_zero_point, operands::take};
use crate::{Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Mean over windows of an i8 or i16 image `[H, W, C]`.
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

impl AvgPool {
    /// The window.
    pub fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, dilation: [1, 1], pads: self.pads }
    }

    /// Multiplier and shift that divide a sum by `n`, 1 to 4,096, in q31s: TOSA's reciprocal.
    ///
    /// ```
    /// use isocortex_model::ops::AvgPool;
    /// assert_eq!(AvgPool::reciprocal(1), ((1 << 30) + 1, 30));
    /// assert_eq!(AvgPool::reciprocal(3), (1_431_655_766, 32)); // floor((2^30 + 1) · 4 / 3)
    /// ```
    pub const fn reciprocal(n: u32) -> (i32, u32) {
        let bits = u32::BITS - (n - 1).leading_zeros();
        (((((1u64 << 30) + 1) << bits) / n as u64) as i32, 30 + bits)
    }
}

impl Rule for AvgPool {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let [h, w, c] = x.ty.image()?;
        self.zero_points.iter().try_for_each(|&zp| check_zero_point(x, zp))?;
        let window = self.window();
        let [oh, ow] = window.infer_pool(h, w)?;
        let [zx, zy] = self.zero_points;
        // Both types have at most 16 bits.
        let (mut a, mut b) = (x.interval.lo - zx, x.interval.hi - zx);
        if self.count_padding && window.padded() {
            (a, b) = (a.min(0), b.max(0));
        }
        let all = x.ty.dtype.range();
        let interval = Interval { lo: a + zy, hi: b + zy }.clamp(all.lo, all.hi);
        let ty = TensorType::new(x.ty.dtype, &[oh, ow, c]);
        let macs = ty.elements();
        Ok(Inferred { steps: window.steps([oh, ow], c), ..Inferred::new(ty, interval, macs) })
    }
}
