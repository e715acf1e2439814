use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::Conv2d;

/// `y[i,j,o] = bias[o] + Σ_{u,v,c} weight[o,u,v,c] · (x[i·sh + u·dh − top, j·sw + v·dw − left, g·C/G + c] − zp)`
/// with `g = floor(o / (O/G))`; a position outside x contributes 0.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Conv2d;
/// // Two groups of one channel each: the first is doubled, the second taken from 10.
/// let (stride, dilation, pads) = ([1, 1], [1, 1], [0; 4]);
/// let op = Conv2d { weight: 0, bias: 1, zero_point: 0, stride, dilation, pads, groups: 2 };
/// let (weight, bias) = (Wide::of(&[2, 1, 1, 1], &[2, -1]), Wide::of(&[2], &[0, 10]));
/// let (x, mut y) = (Wide::of(&[1, 2, 2], &[1, 2, 3, 4]), Wide::zeros(&[1, 2, 2]));
/// op.compute(&[&x], &[&weight, &bias], &mut y);
/// assert_eq!(y.data, [2, 8, 6, 6]);
/// ```
impl Compute for Conv2d {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (x, weight, bias) = (x[0], constants[0], constants[1]);
        let (kh, kw, channels) = (weight.shape[1], weight.shape[2], weight.shape[3]);
        let outputs = weight.shape[0] / self.groups as usize; // of a group
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for o in 0..y.shape[2] {
                    let first = o / outputs * channels;
                    let mut sum = bias.data[o];
                    for u in 0..kh {
                        let Some(row) = tap(i, self.stride[0], u, self.dilation[0], self.pads[0], x.shape[0])
                        else {
                            continue;
                        };
                        for v in 0..kw {
                            let Some(col) =
                                tap(j, self.stride[1], v, self.dilation[1], self.pads[1], x.shape[1])
                            else {
                                continue;
                            };
                            for c in 0..channels {
                                sum += weight.data[weight.at(&[o, u, v, c])]
                                    * (x.data[x.at(&[row, col, first + c])] - self.zero_point);
                            }
                        }
                    }
                    let at = y.at(&[i, j, o]);
                    y.data[at] = sum;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// The answers that the ONNX standard's page gives for its Conv: 0, 1, 2, … under nine ones.
    #[test]
    fn onnx_examples() {
        let cases: [(_, _, _, _, &[i32]); 4] = [
            (5, 1, [0; 4], [3, 3, 1], &[54, 63, 72, 99, 108, 117, 144, 153, 162]),
            (7, 2, [1; 4], [4, 3, 1], &[12, 27, 24, 63, 108, 81, 123, 198, 141, 112, 177, 124]),
            (7, 2, [0; 4], [3, 2, 1], &[54, 72, 144, 162, 234, 252]),
            (7, 2, [1, 0, 1, 0], [4, 2, 1], &[21, 33, 99, 117, 189, 207, 171, 183]),
        ];
        for (height, stride, pads, shape, wanted) in cases {
            let x = Wide::of(&[height, 5, 1], &(0..5 * height as i32).collect::<Vec<_>>());
            let constants = [Wide::of(&[1, 3, 3, 1], &[1; 9]), Wide::of(&[1], &[0])];
            let (zero_point, stride, dilation, groups) = (0, [stride; 2], [1; 2], 1);
            let op = Conv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads, groups };
            assert_eq!(result(&op, &[&x], &constants, &shape), wanted, "{op:?}");
        }
    }

    /// Four channels in two groups, three filters each, an i16 operand at its ends; by hand.
    #[test]
    fn groups_see_their_own_channels() {
        let (stride, dilation, pads) = ([1; 2], [1; 2], [0; 4]);
        let op = Conv2d { weight: 0, bias: 1, zero_point: 1, stride, dilation, pads, groups: 2 };
        let weight = [1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 127, -128];
        let constants = [Wide::of(&[6, 1, 1, 2], &weight), Wide::of(&[6], &[0, 0, 5, 0, 0, 0])];
        let x = Wide::of(&[1, 1, 4], &[32_767, -32_768, 11, 21]);
        let wanted = [32_766, -32_769, 2, 10, 20, 1_270 - 2_560];
        assert_eq!(result(&op, &[&x], &constants, &[1, 1, 6]), wanted);
    }
}
