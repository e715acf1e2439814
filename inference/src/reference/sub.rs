use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::Sub;

/// `y = a − b`, in i32.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Sub;
/// // A column and a row broadcast to [2, 2].
/// let (a, b) = (Wide::of(&[2, 1], &[1, 2]), Wide::of(&[1, 2], &[10, 20]));
/// let mut y = Wide::zeros(&[2, 2]);
/// Sub {}.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [-9, -19, -8, -18]);
/// ```
impl Compute for Sub {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        // Within i32 by the check's condition.
        each(x, y, |a, b| a - b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (a, b, wanted) in [(-1, i32::MIN, i32::MAX), (0, i32::MAX, -i32::MAX), (-128, 127, -255)] {
            let mut y = Wide::zeros(&[1]);
            Sub {}.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
