use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::Mul;

/// `y = a · b`, in i32.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Mul;
/// // A column and a row broadcast to [2, 2].
/// let (a, b) = (Wide::of(&[2, 1], &[1, 2]), Wide::of(&[1, 2], &[10, 20]));
/// let mut y = Wide::zeros(&[2, 2]);
/// Mul {}.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [10, 20, 20, 40]);
/// ```
impl Compute for Mul {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        // Within i32 by the check's condition.
        each(x, y, |a, b| a * b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        // 2^31 − 1 is prime; −2^31 = −2^15 · 2^16.
        for (a, b, wanted) in
            [(i32::MAX, -1, -i32::MAX), (-32768, 65536, i32::MIN), (46340, 46340, 2147395600)]
        {
            let mut y = Wide::zeros(&[1]);
            Mul {}.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
