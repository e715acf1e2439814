use super::{Compute, Wide};
use isocortex_model::ops::ReduceSum;

/// `y = Σ (x − zp)` over the axes.
impl Compute for ReduceSum {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        for (i, &v) in x.data.iter().enumerate() {
            // The index of element i, axis by axis from the innermost, gives the element of y that it belongs to.
            let (mut rest, mut at, mut stride) = (i, 0, 1);
            for (axis, &d) in x.shape.iter().enumerate().rev() {
                if !self.axes.contains(&(axis as u8)) {
                    at += rest % d * stride;
                    stride *= d;
                }
                rest /= d;
            }
            // i64: with an i32 operand the difference alone may leave i32 before the check's bound on the sum.
            y.data[at] = (i64::from(y.data[at]) + i64::from(v) - i64::from(self.zero_point)) as i32;
        }
    }
}
