use super::{Compute, Wide};
use isocortex_model::ops::Gather;

/// `y[b…, w, c] = x[b…, index[b…, w], c]`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Gather;
/// let x = Wide::of(&[3, 2], &[0, 1, 10, 11, 20, 21]);
/// let index = Wide::of(&[2], &[2, 0]);
/// let mut y = Wide::zeros(&[2, 2]);
/// Gather {}.compute(&[&x, &index], &[], &mut y);
/// assert_eq!(y.data, [20, 21, 0, 1]);
/// ```
impl Compute for Gather {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let (x, index) = (x[0], x[1]);
        let [.., k, c] = x.shape[..] else { return };
        let w = index.shape.last().copied().unwrap_or(1);
        for (i, (row, &at)) in y.data.chunks_mut(c).zip(&index.data).enumerate() {
            let from = (i / w * k + at as usize) * c;
            row.copy_from_slice(&x.data[from..from + c]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        // Two of [2, 1] (B, K, C = 2, 2, 1), three indices each.
        let x = Wide::of(&[2, 2, 1], &[1, 2, 3, 4]);
        let index = Wide::of(&[2, 3], &[0, 1, 1, 1, 0, 0]);
        let mut y = Wide::zeros(&[2, 3, 1]);
        Gather {}.compute(&[&x, &index], &[], &mut y);
        assert_eq!(y.data, [1, 2, 2, 4, 3, 3]);
    }
}
