use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::DepthwiseConv2d;

/// `y[i,j,c] = bias[c] + Σ_{u,v} weight[u,v,c] · (x[i·sh + u·dh − top, j·sw + v·dw − left, c] − zp)`; a position
/// outside x contributes 0.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::DepthwiseConv2d;
/// // Each pixel plus the one below it, plus 100 times so in the second channel; padded below.
/// let (stride, dilation, pads) = ([1, 1], [1, 1], [0, 0, 1, 0]);
/// let op = DepthwiseConv2d { weight: 0, bias: 1, zero_point: 0, stride, dilation, pads };
/// let (weight, bias) = (Wide::of(&[2, 1, 2], &[1, 100, 1, 100]), Wide::of(&[2], &[0, 0]));
/// let (x, mut y) = (Wide::of(&[2, 1, 2], &[1, 2, 3, 4]), Wide::zeros(&[2, 1, 2]));
/// op.compute(&[&x], &[&weight, &bias], &mut y);
/// assert_eq!(y.data, [4, 600, 3, 400]);
/// ```
impl Compute for DepthwiseConv2d {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (x, weight, bias) = (x[0], constants[0], constants[1]);
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for c in 0..y.shape[2] {
                    let mut sum = bias.data[c];
                    for u in 0..weight.shape[0] {
                        let Some(row) = tap(i, self.stride[0], u, self.dilation[0], self.pads[0], x.shape[0])
                        else {
                            continue;
                        };
                        for v in 0..weight.shape[1] {
                            let Some(col) =
                                tap(j, self.stride[1], v, self.dilation[1], self.pads[1], x.shape[1])
                            else {
                                continue;
                            };
                            sum += weight.data[weight.at(&[u, v, c])]
                                * (x.data[x.at(&[row, col, c])] - self.zero_point);
                        }
                    }
                    let at = y.at(&[i, j, c]);
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

    /// Two channels, two taps each, by hand; strides, dilations and pads as in Conv2d.
    #[test]
    fn channels_keep_apart() {
        let x = Wide::of(&[1, 5, 2], &[1, -10, 2, -20, 3, -30, 4, -40, 5, 32_767]);
        let constants = [Wide::of(&[1, 2, 2], &[1, 2, -1, 127]), Wide::of(&[2], &[0, 7])];
        let cases: [(_, _, _, _, _, &[i32]); 3] = [
            (0, 1, 3, [0; 4], 2, &[1 - 4, 7 - 20 - 127 * 40, 2 - 5, 7 - 40 + 127 * 32_767]),
            (0, 2, 2, [0, 1, 0, 0], 2, &[-2, 7 - 127 * 20, 2 - 4, 7 - 40 - 127 * 40]),
            (1, 4, 1, [0, 1, 0, 1], 2, &[0, 7 - 127 * 11, 3 - 4, 7 - 2 * 41 + 127 * 32_766]),
        ];
        for (zero_point, stride, dilation, pads, width, wanted) in cases {
            let (stride, dilation) = ([1, stride], [1, dilation]);
            let op = DepthwiseConv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads };
            assert_eq!(result(&op, &[&x], &constants, &[1, width, 2]), wanted, "{op:?}");
        }
    }
}
