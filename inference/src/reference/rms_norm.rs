use super::{Compute, Wide};
use isocortex_model::ops::{RmsNorm, q31s, rsqrt};

/// Per row: `V = floor(Σ x_k² / K) + epsilon`, `(m, e) = rsqrt(V)`, `n_k = q31s(x_k, m, e − f)`, `y_k = n_k · gamma_k`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::RmsNorm;
/// // V = 4 + 5 = 9: ±2/3 in Q4 is ±10.67.
/// let op = RmsNorm { gamma: 0, epsilon: 5, fraction: 4 };
/// let (x, gamma) = (Wide::of(&[1, 2], &[2, -2]), Wide::of(&[2], &[1, 10]));
/// let mut y = Wide::zeros(&[1, 2]);
/// op.compute(&[&x], &[&gamma], &mut y);
/// assert_eq!(y.data, [11, -110]);
/// ```
impl Compute for RmsNorm {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (gamma, k) = (constants[0], constants[0].data.len());
        for (y, x) in y.data.chunks_mut(k).zip(x[0].data.chunks(k)) {
            let squares: i64 = x.iter().map(|&x| i64::from(x).pow(2)).sum();
            let (m, e) = rsqrt(squares / k as i64 + i64::from(self.epsilon));
            for ((y, &x), &gamma) in y.iter_mut().zip(x).zip(&gamma.data) {
                let n = q31s(x, m, e - u32::from(self.fraction));
                *y = (n * i64::from(gamma)) as i32;
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
            (14, 1, vec![0], vec![0]),
            (0, 1, vec![1 << 30], vec![1]),                 // V = 2^60 + 1
            (14, i32::MAX, vec![1], vec![0]),               // 2^14 / √2^31 = 0.35…
            (3, 4, vec![-3, -1, 1, 3], vec![-8, -3, 3, 8]), // V = 5 + 4 = 9: 8/3 = 2.67
        ] {
            let k = x.len() as u32;
            let op = RmsNorm { gamma: 0, epsilon, fraction };
            let mut y = Wide::zeros(&[1, k]);
            op.compute(&[&Wide::of(&[1, k], &x)], &[&Wide::of(&[k], &vec![1; x.len()])], &mut y);
            assert_eq!(y.data, wanted, "{x:?}");
        }
    }
}
