use super::{Compute, Wide};
use isocortex_model::ops::TopK;
use std::cmp::Reverse;

/// The indices of the k largest elements of each row, largest first, equal ones by rising index.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::TopK;
/// let (x, mut y) = (Wide::of(&[4], &[5, -1, 9, 5]), Wide::zeros(&[3]));
/// TopK { k: 3 }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [2, 0, 3]);
/// ```
impl Compute for TopK {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let (n, k) = (x[0].shape[x[0].shape.len() - 1], self.k as usize);
        for (row, y) in x[0].data.chunks(n).zip(y.data.chunks_mut(k)) {
            let mut order: Vec<i32> = (0..n as i32).collect();
            order.sort_unstable_by_key(|&i| (Reverse(row[i as usize]), i));
            y.copy_from_slice(&order[..k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// Data and answers of the ONNX standard's page for TopK: rising rows, and equal elements.
    #[test]
    fn onnx_examples() {
        let rows: Vec<i32> = (0..12).collect();
        assert_eq!(
            result(&TopK { k: 3 }, &[&Wide::of(&[3, 4], &rows)], &[], &[3, 3]),
            [3, 2, 1, 3, 2, 1, 3, 2, 1]
        );
        assert_eq!(result(&TopK { k: 3 }, &[&Wide::of(&[4], &[0; 4])], &[], &[3]), [0, 1, 2]);
    }
}
