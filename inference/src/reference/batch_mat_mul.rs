use super::{Compute, Wide};
use isocortex_model::ops::BatchMatMul;

/// `y[…, i, j] = Σ_k (a[…, i, k] − za) · (b[…, k, j] − zb)`, with `b[…, j, k]` where transposed.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::BatchMatMul;
/// let (a, b) = (Wide::of(&[1, 2], &[1, 2]), Wide::of(&[2, 2], &[3, 4, 5, 6]));
/// for (transposed, wanted) in [(false, [3 + 10, 4 + 12]), (true, [3 + 8, 5 + 12])] {
///     let mut y = Wide::zeros(&[1, 2]);
///     BatchMatMul { zero_points: [0, 0], transposed }.compute(&[&a, &b], &[], &mut y);
///     assert_eq!(y.data, wanted);
/// }
/// ```
impl Compute for BatchMatMul {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let [za, zb] = self.zero_points;
        let rank = y.shape.len();
        let (m, n, k) = (y.shape[rank - 2], y.shape[rank - 1], x[0].shape[rank - 1]);
        let products = x[0].data.chunks(m * k).zip(x[1].data.chunks(k * n));
        for ((a, b), y) in products.zip(y.data.chunks_mut(m * n)) {
            for i in 0..m {
                for j in 0..n {
                    for k_ in 0..k {
                        let at = if self.transposed { j * k + k_ } else { k_ * n + j };
                        y[i * n + j] += (a[i * k + k_] - za) * (b[at] - zb);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// Two products of [2, 3] and [3, 2], by hand; the transposed operand is the same matrix turned.
    #[test]
    fn both_layouts_agree_with_hand_sums() {
        let a = Wide::of(&[2, 2, 3], &[1, 2, 3, 4, 5, 6, 0, 0, 1, 32_767, 0, -32_768]);
        let b = Wide::of(&[2, 3, 2], &[7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]);
        let turned = Wide::of(&[2, 2, 3], &[7, 9, 11, 8, 10, 12, 1, 3, 5, 2, 4, 6]);
        let wanted = [58, 64, 139, 154, 5, 6, 32_767 - 5 * 32_768, 2 * 32_767 - 6 * 32_768];
        for (transposed, b) in [(false, &b), (true, &turned)] {
            let op = BatchMatMul { zero_points: [0, 0], transposed };
            assert_eq!(result(&op, &[&a, b], &[], &[2, 2, 2]), wanted);
        }
    }

    /// (1 + 1)(2 − 5) + (3 + 1)(4 − 5) = −10.
    #[test]
    fn zero_points_are_taken_off() {
        let op = BatchMatMul { zero_points: [-1, 5], transposed: false };
        let (a, b) = (Wide::of(&[1, 2], &[1, 3]), Wide::of(&[2, 1], &[2, 4]));
        assert_eq!(result(&op, &[&a, &b], &[], &[1, 1]), [-10]);
    }
}
