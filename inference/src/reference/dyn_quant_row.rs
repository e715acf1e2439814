use super::{Compute, Wide};
use isocortex_model::ops::DynQuantRow;

/// For each row S is the smallest integer with `M = floor(127·2^S / row) ≥ 2^30`;
/// `y = clamp(q31s(x, M, S), −127, 127)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::DynQuantRow;
/// let (x, row) = (Wide::of(&[1, 3], &[5, -5, 2]), Wide::of(&[1, 1], &[5]));
/// let mut y = Wide::zeros(&[1, 3]);
/// DynQuantRow {}.compute(&[&x, &row], &[], &mut y);
/// assert_eq!(y.data, [127, -127, 51]); // 2 · 127/5 = 50.8
/// ```
impl Compute for DynQuantRow {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let k = x[0].shape.last().copied().unwrap_or(1);
        for ((y, x), &row) in y.data.chunks_mut(k).zip(x[0].data.chunks(k)).zip(&x[1].data) {
            let scale = Self::scale(row);
            for (y, &x) in y.iter_mut().zip(x) {
                *y = Self::apply(x, scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        // x · 127 / row to the nearest integer; exact halves are far from what a floor of M can move.
        for (x, row, wanted) in [
            (i32::MAX, i32::MAX, 127),
            (-i32::MAX, i32::MAX, -127),
            (i32::MIN, i32::MAX, -127),
            (i32::MIN, 1, -127), // clamped
            (1, 127, 1),
            (1, 254, 1),  // a half goes up
            (-1, 254, 0), // minus a half as well
            (1, 255, 0),
            (100, 300, 42), // 42.3…
            (0, 1, 0),
        ] {
            let mut y = Wide::zeros(&[1, 1]);
            DynQuantRow {}.compute(&[&Wide::of(&[1, 1], &[x]), &Wide::of(&[1, 1], &[row])], &[], &mut y);
            assert_eq!(y.data, [wanted], "{x} of {row}");
        }
    }
}
