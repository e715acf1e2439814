use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::Conv2d;

/// `y[i,j,o] = bias[o] + Σ weight[o,u,v,c] · (x[…, …, c] − zp)`.
impl Compute for Conv2d {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (x, weight, bias) = (x[0], constants[0], constants[1]);
        let (kh, kw, channels) = (weight.shape[1], weight.shape[2], weight.shape[3]);
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for o in 0..y.shape[2] {
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
                                    * (x.data[x.at(&[row, col, c])] - self.zero_point);
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
