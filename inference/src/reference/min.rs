use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::Min;

/// `y = min(a, b)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Min;
/// let (a, b) = (Wide::of(&[2], &[-1, 5]), Wide::of(&[1], &[3]));
/// let mut y = Wide::zeros(&[2]);
/// Min {}.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [-1, 3]);
/// ```
impl Compute for Min {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        each(x, y, |a, b| a.min(b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (a, b, wanted) in [(-7, 7, -7), (i32::MIN, i32::MAX, i32::MIN), (-2, -1, -2), (4, 4, 4)] {
            let mut y = Wide::zeros(&[1]);
            Min {}.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
