use super::{Compute, Wide};
use isocortex_model::ops::{Rescale, q31s};

/// `y = clamp(q31s(x, m, s) + zero_point, lo, hi)`, m and s by the index of the last dimension.
impl Compute for Rescale {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (multiplier, shift) = (constants[0], constants[1]);
        let n = multiplier.data.len();
        for (i, (y, &x)) in y.data.iter_mut().zip(&x[0].data).enumerate() {
            // n is 1 or the size of the last dimension; rows start at multiples of it.
            let (m, s) = (multiplier.data[i % n], shift.data[i % n]);
            let sum = q31s(x, m, s as u32) + i64::from(self.zero_point);
            *y = sum.clamp(self.lo.into(), self.hi.into()) as i32;
        }
    }
}
