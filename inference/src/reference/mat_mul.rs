use super::{Compute, Wide};
use isocortex_model::ops::MatMul;

/// `y[…, n] = bias[n] + Σ_k weight[n,k] · (x[…, k] − zp)`.
impl Compute for MatMul {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (x, weight, bias) = (x[0], constants[0], constants[1]);
        let (n, k) = (weight.shape[0], weight.shape[1]);
        for (row, out) in x.data.chunks(k).zip(y.data.chunks_mut(n)) {
            for (channel, y) in out.iter_mut().enumerate() {
                *y = bias.data[channel];
                for (w, x) in weight.data[channel * k..][..k].iter().zip(row) {
                    *y += w * (x - self.zero_point);
                }
            }
        }
    }
}
