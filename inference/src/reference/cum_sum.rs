use super::{Compute, Wide};
use isocortex_model::ops::CumSum;

/// Along the axis, `y_i = Σ_{j ≤ i} x_j`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::CumSum;
/// let (x, mut y) = (Wide::of(&[2, 3], &[1, 2, 3, 4, 5, 6]), Wide::zeros(&[2, 3]));
/// CumSum { axis: 1 }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 3, 6, 4, 9, 15]);
/// ```
impl Compute for CumSum {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let axis = usize::from(self.axis);
        let (n, inner) = (x[0].shape[axis], x[0].shape[axis + 1..].iter().product::<usize>());
        for (i, &v) in x[0].data.iter().enumerate() {
            let before = if i / inner % n == 0 { 0 } else { y.data[i - inner] };
            y.data[i] = before + v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// The data and answers of the ONNX standard's page for CumSum, and a middle axis.
    #[test]
    fn onnx_examples() {
        let x = Wide::of(&[2, 3], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(result(&CumSum { axis: 0 }, &[&x], &[], &[2, 3]), [1, 2, 3, 5, 7, 9]);
        let x = Wide::of(&[2, 2, 2], &[1, 2, 3, 4, -5, -6, 7, 8]);
        assert_eq!(result(&CumSum { axis: 1 }, &[&x], &[], &[2, 2, 2]), [1, 2, 4, 6, -5, -6, 2, 2]);
    }
}
