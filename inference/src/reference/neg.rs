use super::{Compute, Wide};
use isocortex_model::ops::Neg;

/// `y = −x`. The check excludes the one value without a result.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Neg;
/// let x = Wide::of(&[3], &[1, -2, 0]);
/// let mut y = Wide::zeros(&[3]);
/// Neg {}.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [-1, 2, 0]);
/// ```
impl Compute for Neg {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            *y = -x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (x, wanted) in [(127, -127), (-127, 127), (0, 0), (i32::MAX, -i32::MAX), (-i32::MAX, i32::MAX)] {
            let mut y = Wide::zeros(&[1]);
            Neg {}.compute(&[&Wide::of(&[1], &[x])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
