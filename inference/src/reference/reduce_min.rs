use super::{Compute, Wide, axes::reduced};
use isocortex_model::ops::ReduceMin;

/// `y` is the smallest x over the axes.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::ReduceMin;
/// let (x, mut y) = (Wide::of(&[2, 2], &[1, 4, 3, 2]), Wide::zeros(&[2]));
/// ReduceMin { axes: vec![0] }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 2]);
/// ```
impl Compute for ReduceMin {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        y.data.fill(i32::MAX);
        for (at, &v) in reduced(x[0], &self.axes).zip(&x[0].data) {
            y.data[at] = y.data[at].min(v);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// The data and answers of the ONNX standard's page for ReduceMin, and all axes at once.
    #[test]
    fn onnx_examples() {
        let x = Wide::of(&[3, 2, 2], &[5, 1, 20, 2, 30, 1, 40, 2, 55, 1, 60, 2]);
        let cases: [(&[u8], &[u32], &[i32]); 2] =
            [(&[1], &[3, 2], &[5, 1, 30, 1, 55, 1]), (&[0, 1, 2], &[1], &[1])];
        for (axes, shape, wanted) in cases {
            assert_eq!(result(&ReduceMin { axes: axes.to_vec() }, &[&x], &[], shape), wanted);
        }
    }
}
