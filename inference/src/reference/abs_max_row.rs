use super::{Compute, Wide};
use isocortex_model::ops::AbsMaxRow;

/// `y = max(1, max_k |x[…, k]|)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::AbsMaxRow;
/// let x = Wide::of(&[2, 3], &[1, -5, 2, 0, 0, 0]);
/// let mut y = Wide::zeros(&[2, 1]);
/// AbsMaxRow {}.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [5, 1]);
/// ```
impl Compute for AbsMaxRow {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let k = x[0].shape.last().copied().unwrap_or(1);
        for (y, row) in y.data.iter_mut().zip(x[0].data.chunks(k)) {
            *y = row.iter().fold(1, |most, x| most.max(x.abs()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let x = Wide::of(&[4, 1], &[-i32::MAX, i32::MAX, -1, 0]);
        let mut y = Wide::zeros(&[4, 1]);
        AbsMaxRow {}.compute(&[&x], &[], &mut y);
        assert_eq!(y.data, [i32::MAX, i32::MAX, 1, 1]);
    }
}
