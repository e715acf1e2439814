use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::DepthwiseConv2d;

/// `y[i,j,c] = bias[c] + Σ weight[u,v,c] · (x[…, …, c] − zp)`.
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
