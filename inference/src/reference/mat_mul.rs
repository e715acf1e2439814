use super::{Compute, Wide};
use isocortex_model::ops::MatMul;

/// `y[…, n] = bias[n] + Σ_k weight[n,k] · (x[…, k] − zp)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::MatMul;
/// let op = MatMul { weight: 0, bias: 1, zero_point: 1 };
/// let (weight, bias) = (Wide::of(&[2, 3], &[1, 2, 3, -1, 0, 1]), Wide::of(&[2], &[0, 100]));
/// let (x, mut y) = (Wide::of(&[3], &[1, 2, 3]), Wide::zeros(&[2]));
/// op.compute(&[&x], &[&weight, &bias], &mut y);
/// assert_eq!(y.data, [2 * 1 + 3 * 2, 100 + 2]);
/// ```
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// Rows of an i16 operand, by hand: (1, 2)·(3, 4) = 11, and so on.
    #[test]
    fn rows_times_rows() {
        let op = MatMul { weight: 0, bias: 1, zero_point: 0 };
        let constants = [Wide::of(&[2, 2], &[3, 4, -128, 127]), Wide::of(&[2], &[0, -1])];
        let x = Wide::of(&[3, 1, 2], &[1, 2, -5, 6, -32_768, 32_767]);
        let wanted = [11, 125, 9, 640 + 762 - 1, -98_304 + 131_068, 4_194_304 + 4_161_409 - 1];
        assert_eq!(result(&op, &[&x], &constants, &[3, 1, 2]), wanted);
    }
}
