use super::tensor::Wide;
use isocortex_model::ops::MatMul;

/// `y[…, n] = bias[n] + Σ_k weight[n,k] · (x[…, k] − zp)`.
pub fn run(op: &MatMul, x: &Wide, weight: &Wide, bias: &Wide, y: &mut Wide) {
    let (n, k) = (weight.shape[0], weight.shape[1]);
    for (row, out) in x.data.chunks(k).zip(y.data.chunks_mut(n)) {
        for (channel, y) in out.iter_mut().enumerate() {
            *y = bias.data[channel];
            for (w, x) in weight.data[channel * k..][..k].iter().zip(row) {
                *y += w * (x - op.zero_point);
            }
        }
    }
}
