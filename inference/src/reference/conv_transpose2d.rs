use super::{Compute, Wide};
use isocortex_model::ops::ConvTranspose2d;

/// `y[i,j,o] = bias[o] + Σ weight[o,u,v,c] · (x[h,w,c] − zp)` over all h, w, u, v, c with
/// `h·sh + u·dh − top = i` and `w·sw + v·dw − left = j`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::ConvTranspose2d;
/// // Each pixel spreads over three columns; a negative pad on the right adds one that holds the bias.
/// let (stride, dilation, pads) = ([1, 2], [1, 1], [0, 1, 0, -1]);
/// let op = ConvTranspose2d { weight: 0, bias: 1, zero_point: 0, stride, dilation, pads };
/// let (weight, bias) = (Wide::of(&[1, 1, 3, 1], &[1, 10, 100]), Wide::of(&[1], &[1_000]));
/// let (x, mut y) = (Wide::of(&[1, 2, 1], &[1, 2]), Wide::zeros(&[1, 5, 1]));
/// op.compute(&[&x], &[&weight, &bias], &mut y);
/// assert_eq!(y.data, [1_010, 1_102, 1_020, 1_200, 1_000]);
/// ```
impl Compute for ConvTranspose2d {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (x, weight, bias) = (x[0], constants[0], constants[1]);
        let [outputs, kh, kw, channels] = [0, 1, 2, 3].map(|d| weight.shape[d]);
        for pixel in y.data.chunks_mut(outputs) {
            pixel.copy_from_slice(&bias.data);
        }
        for h in 0..x.shape[0] {
            for u in 0..kh {
                let Some(i) = place(self, 0, h, u, y.shape[0]) else { continue };
                for w in 0..x.shape[1] {
                    for v in 0..kw {
                        let Some(j) = place(self, 1, w, v, y.shape[1]) else { continue };
                        for o in 0..outputs {
                            let at = y.at(&[i, j, o]);
                            for c in 0..channels {
                                y.data[at] += weight.data[weight.at(&[o, u, v, c])]
                                    * (x.data[x.at(&[h, w, c])] - self.zero_point);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Position of a tap in the result, along height (0) or width (1), where it lies inside.
fn place(op: &ConvTranspose2d, axis: usize, from: usize, tap: usize, size: usize) -> Option<usize> {
    let at = from * op.stride[axis] as usize + tap * op.dilation[axis] as usize;
    // Both are below 2^31, and a pad is at most 1,024 either way.
    let at = usize::try_from(at as i64 - i64::from(op.pads[axis])).ok()?;
    (at < size).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    fn op(stride: [u32; 2], dilation: u32, pads: [i32; 4]) -> ConvTranspose2d {
        ConvTranspose2d { weight: 0, bias: 1, zero_point: 0, stride, dilation: [dilation; 2], pads }
    }

    /// The answers that the ONNX standard's page gives for its ConvTranspose of 0 to 8 with nine ones.
    #[test]
    fn onnx_examples() {
        let plain = [0, 1, 3, 3, 2, 3, 8, 15, 12, 7, 9, 21, 36, 27, 15, 9, 20, 33, 24, 13, 6, 13, 21, 15, 8];
        let padded = [1, 1, 3, 1, 1, 3, 7, 4, 9, 7, 4, 9, 7, 4, 9, 13, 7, 15, 13, 7, 15];
        let x = Wide::of(&[3, 3, 1], &(0..9).collect::<Vec<_>>());
        let constants = [Wide::of(&[1, 3, 3, 1], &[1; 9]), Wide::of(&[1], &[0])];
        let cases: [(_, _, &[i32]); 2] =
            [(op([1, 1], 1, [0; 4]), [5, 5, 1], &plain), (op([3, 2], 1, [1, 2, 1, 2]), [7, 3, 1], &padded)];
        for (op, shape, wanted) in cases {
            assert_eq!(result(&op, &[&x], &constants, &shape), wanted, "{op:?}");
        }
    }

    /// The same page's example of dilation.
    #[test]
    fn onnx_dilation() {
        let x = Wide::of(&[3, 3, 1], &[3, 8, 1, 9, 5, 7, 3, 2, 6]);
        let constants = [Wide::of(&[1, 2, 2, 1], &[7, 2, 1, 9]), Wide::of(&[1], &[0])];
        let wanted =
            [21, 56, 13, 16, 2, 63, 35, 67, 10, 14, 24, 22, 76, 76, 21, 9, 5, 88, 45, 63, 3, 2, 33, 18, 54];
        assert_eq!(result(&op([1, 1], 2, [0; 4]), &[&x], &constants, &[5, 5, 1]), wanted);
    }
}
