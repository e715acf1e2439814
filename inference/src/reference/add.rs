use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::Add;

/// `y = a + b`, in i32.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Add;
/// // A column and a row broadcast to [2, 2].
/// let (a, b) = (Wide::of(&[2, 1], &[1, 2]), Wide::of(&[1, 2], &[10, 20]));
/// let mut y = Wide::zeros(&[2, 2]);
/// Add {}.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [11, 21, 12, 22]);
/// ```
impl Compute for Add {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        // Within i32 by the check's condition.
        each(x, y, |a, b| a + b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (a, b, wanted) in [(i32::MAX, i32::MIN, -1), (i32::MIN + 5, -5, i32::MIN), (-128, 127, -1)] {
            let mut y = Wide::zeros(&[1]);
            Add {}.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
