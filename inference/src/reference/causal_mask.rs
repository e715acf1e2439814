use super::{Compute, Wide};
use isocortex_model::ops::CausalMask;

/// `x[…, q, k]` where `k ≤ q + position`, else `fill`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::CausalMask;
/// let (x, position) = (Wide::of(&[2, 3], &[1, 2, 3, 4, 5, 6]), Wide::of(&[1], &[0]));
/// let mut y = Wide::zeros(&[2, 3]);
/// CausalMask { fill: -9 }.compute(&[&x, &position], &[], &mut y);
/// assert_eq!(y.data, [1, -9, -9, 4, 5, -9]);
/// ```
impl Compute for CausalMask {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let position = x[1].data[0] as usize;
        let [.., queries, keys] = y.shape[..] else { return };
        for (i, (y, &x)) in y.data.iter_mut().zip(&x[0].data).enumerate() {
            let (q, k) = (i / keys % queries, i % keys);
            *y = if k <= q + position { x } else { self.fill };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let x = Wide::of(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        for (position, wanted) in [
            (0, [1, 7, 7, 4, 7, 7]),
            (1, [1, 2, 7, 4, 5, 7]),
            (2, [1, 2, 3, 4, 5, 6]),
            (1 << 24, [1, 2, 3, 4, 5, 6]),
        ] {
            let mut y = Wide::zeros(&[2, 1, 3]);
            CausalMask { fill: 7 }.compute(&[&x, &Wide::of(&[1], &[position])], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
