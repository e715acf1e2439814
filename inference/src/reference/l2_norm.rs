use super::{Compute, Wide};
use isocortex_model::ops::{L2Norm, q31s, rsqrt};

/// Per row: `V = Σ x_k² + epsilon`, `(m, e) = rsqrt(V)`, `y_k = q31s(x_k, m, e − f)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::L2Norm;
/// // V = 9 + 16 + 11 = 36: 3/6 and 4/6 in Q4.
/// let op = L2Norm { epsilon: 11, fraction: 4 };
/// let mut y = Wide::zeros(&[1, 2]);
/// op.compute(&[&Wide::of(&[1, 2], &[3, 4])], &[], &mut y);
/// assert_eq!(y.data, [8, 11]);
/// ```
impl Compute for L2Norm {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let k = x[0].shape.last().copied().unwrap_or(1);
        for (y, x) in y.data.chunks_mut(k).zip(x[0].data.chunks(k)) {
            let squares: i64 = x.iter().map(|&x| i64::from(x).pow(2)).sum();
            let (m, e) = rsqrt(squares + i64::from(self.epsilon));
            for (y, &x) in y.iter_mut().zip(x) {
                *y = q31s(x, m, e - u32::from(self.fraction)) as i32;
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
            (24, 1, vec![0], vec![0]),
            (24, 1, vec![1 << 30], vec![1 << 24]), // V = 2^60 + 1
            (0, 3, vec![1], vec![0]),              // (2^31 − 1)/2^32: just under a half
            (10, 7, vec![-1, 1], vec![-341, 341]), // 2^10 / 3 = 341.33
            (10, 1, vec![2, 2, 4, 5], vec![290, 290, 579, 724]), // V = 50: 2^10 / √50 = 144.815…
        ] {
            let k = x.len() as u32;
            let mut y = Wide::zeros(&[1, k]);
            L2Norm { epsilon, fraction }.compute(&[&Wide::of(&[1, k], &x)], &[], &mut y);
            assert_eq!(y.data, wanted, "{x:?}");
        }
    }
}
