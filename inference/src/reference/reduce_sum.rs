use super::{Compute, Wide, axes::reduced};
use isocortex_model::ops::ReduceSum;

/// `y = Σ (x − zp)` over the axes.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::ReduceSum;
/// let (x, mut y) = (Wide::of(&[2, 2], &[1, 2, 3, 4]), Wide::zeros(&[2]));
/// ReduceSum { axes: vec![0], zero_point: 1 }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [0 + 2, 1 + 3]);
/// ```
impl Compute for ReduceSum {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for (at, &v) in reduced(x[0], &self.axes).zip(&x[0].data) {
            // i64: with an i32 operand the difference alone may leave i32 before the check's bound on the sum.
            y.data[at] = (i64::from(y.data[at]) + i64::from(v) - i64::from(self.zero_point)) as i32;
        }
    }
}
