use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::MaxPool;

/// `y` is the maximum over the positions of the window that lie inside `x`; there is at least one.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::MaxPool;
/// let op = MaxPool { kernel: [1, 2], stride: [1, 2], pads: [0, 1, 0, 0] };
/// let (x, mut y) = (Wide::of(&[1, 3, 1], &[-7, -8, -9]), Wide::zeros(&[1, 2, 1]));
/// op.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [-7, -8]);
/// ```
impl Compute for MaxPool {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for c in 0..y.shape[2] {
                    let mut max = i32::MIN;
                    for u in 0..self.kernel[0] as usize {
                        let Some(row) = tap(i, self.stride[0], u, 1, self.pads[0], x.shape[0]) else {
                            continue;
                        };
                        for v in 0..self.kernel[1] as usize {
                            let Some(col) = tap(j, self.stride[1], v, 1, self.pads[1], x.shape[1]) else {
                                continue;
                            };
                            max = max.max(x.data[x.at(&[row, col, c])]);
                        }
                    }
                    let at = y.at(&[i, j, c]);
                    y.data[at] = max;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// The answers that the ONNX standard's page gives for its MaxPool of 1 to 25.
    #[test]
    fn onnx_examples() {
        let x = Wide::of(&[5, 5, 1], &(1..=25).collect::<Vec<_>>());
        let padded = [
            13, 14, 15, 15, 15, 18, 19, 20, 20, 20, 23, 24, 25, 25, 25, 23, 24, 25, 25, 25, 23, 24, 25, 25,
            25,
        ];
        let cases: [(_, _, _, _, &[i32]); 2] = [
            ([5, 5], [1, 1], [2; 4], [5, 5, 1], &padded),
            ([2, 2], [2, 2], [0; 4], [2, 2, 1], &[7, 9, 17, 19]),
        ];
        for (kernel, stride, pads, shape, wanted) in cases {
            assert_eq!(result(&MaxPool { kernel, stride, pads }, &[&x], &[], &shape), wanted);
        }
    }
}
