use super::{Compute, Wide};
use isocortex_model::ops::{LayerNorm, q31s, rsqrt};

/// Per row: `μ = floor((2·Σx + K) / (2K))`, `c_k = x_k − μ`, `V = floor(Σ c_k² / K) + epsilon`, `(m, e) = rsqrt(V)`,
/// `n_k = q31s(c_k, m, e − f)`, `y_k = n_k · gamma_k + beta_k`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::LayerNorm;
/// // The mean is 2, V = 1 + 3 = 4, so n = ∓1/2 in Q4.
/// let op = LayerNorm { gamma: 0, beta: 1, epsilon: 3, fraction: 4 };
/// let (gamma, beta) = (Wide::of(&[2], &[1, 2]), Wide::of(&[2], &[100, 0]));
/// let x = Wide::of(&[1, 2], &[1, 3]);
/// let mut y = Wide::zeros(&[1, 2]);
/// op.compute(&[&x], &[&gamma, &beta], &mut y);
/// assert_eq!(y.data, [-8 + 100, 8 * 2]);
/// ```
impl Compute for LayerNorm {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (gamma, beta, k) = (constants[0], constants[1], constants[0].data.len());
        for (y, x) in y.data.chunks_mut(k).zip(x[0].data.chunks(k)) {
            let k = k as i64;
            let sum: i64 = x.iter().copied().map(i64::from).sum();
            let mean = (2 * sum + k).div_euclid(2 * k);
            let squares: i64 = x.iter().map(|&x| (i64::from(x) - mean).pow(2)).sum();
            let (m, e) = rsqrt(squares / k + i64::from(self.epsilon));
            for (i, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                // |x − μ| < 2^31 by the check's condition.
                let n = q31s((i64::from(x) - mean) as i32, m, e - u32::from(self.fraction));
                *y = (n * i64::from(gamma.data[i]) + i64::from(beta.data[i])) as i32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (fraction, epsilon, x, wanted) in [
            (0, 1, vec![5], vec![0]),
            // μ of −1 and −2 is −1.5, halves up: −1. c = (0, −1), V = 0 + 1.
            (4, 1, vec![-1, -2], vec![0, -16]),
            // Opposite ends: μ = floor(0 + 1/2) = 0, V = (2^30 − 1)², n = ±2^14.
            (14, 1, vec![(1 << 30) - 1, 1 - (1 << 30)], vec![1 << 14, -1 << 14]),
            // μ = 3, c = (−3, −1, 1, 3), Σc² = 20, V = 5 + 4 = 9: ∓8 and ∓8/3 in Q3.
            (3, 4, vec![0, 2, 4, 6], vec![-8, -3, 3, 8]),
        ] {
            let k = x.len() as u32;
            let op = LayerNorm { gamma: 0, beta: 1, epsilon, fraction };
            let (gamma, beta) = (Wide::of(&[k], &vec![1; x.len()]), Wide::zeros(&[k]));
            let mut y = Wide::zeros(&[1, k]);
            op.compute(&[&Wide::of(&[1, k], &x)], &[&gamma, &beta], &mut y);
            assert_eq!(y.data, wanted, "{x:?}");
        }
    }
}
