use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::Max;

/// `y = max(a, b)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Max;
/// let (a, b) = (Wide::of(&[2], &[-1, 5]), Wide::of(&[1], &[3]));
/// let mut y = Wide::zeros(&[2]);
/// Max {}.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [3, 5]);
/// ```
impl Compute for Max {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        each(x, y, |a, b| a.max(b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (a, b, wanted) in [(-7, 7, 7), (i32::MIN, i32::MAX, i32::MAX), (-2, -1, -1), (4, 4, 4)] {
            let mut y = Wide::zeros(&[1]);
            Max {}.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
