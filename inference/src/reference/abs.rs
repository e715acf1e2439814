use super::{Compute, Wide};
use isocortex_model::ops::Abs;

/// `y = |x|`. The check excludes the one value without a result.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Abs;
/// let x = Wide::of(&[3], &[1, -2, 0]);
/// let mut y = Wide::zeros(&[3]);
/// Abs {}.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 2, 0]);
/// ```
impl Compute for Abs {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            *y = x.abs();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (x, wanted) in [(127, 127), (-127, 127), (0, 0), (-i32::MAX, i32::MAX)] {
            let mut y = Wide::zeros(&[1]);
            Abs {}.compute(&[&Wide::of(&[1], &[x])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
