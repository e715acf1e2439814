use super::{Compute, Wide};
use isocortex_model::ops::Shift;

/// `y = x·2^bits`; for `bits = −n < 0`: `y = (x + r) >> n`, with `r = 2^(n−1)` where `round` is set, else 0.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Shift;
/// let x = Wide::of(&[4], &[5, 6, -5, -6]);
/// let mut y = Wide::zeros(&[4]);
/// Shift { bits: -2, round: false }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 1, -2, -2]); // floors of 1.25, 1.5, −1.25, −1.5
/// Shift { bits: -2, round: true }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 2, -1, -1]); // nearest, halves up
/// ```
impl Compute for Shift {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            *y = self.apply(x) as i32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        for (bits, round, x, wanted) in [
            (0, false, i32::MIN, i32::MIN),
            (31, false, -1, i32::MIN),
            (30, false, 1, 1 << 30),
            (-31, false, i32::MIN, -1),
            (-31, false, i32::MAX, 0),
            (-31, true, i32::MIN, -1),
            (-31, true, i32::MAX, 1),      // just under 1
            (-31, true, 1 << 30, 1),       // a half
            (-31, true, -1 << 30, 0),      // minus a half
            (-1, true, i32::MAX, 1 << 30), // 2^30 − 1/2
        ] {
            let mut y = Wide::zeros(&[1]);
            Shift { bits, round }.compute(&[&Wide::of(&[1], &[x])], &[], &mut y);
            assert_eq!(y.data, [wanted], "{x} by {bits}, {round}");
        }
    }
}
