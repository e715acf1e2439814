use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::MulRescale;

/// `p = (a − za)·(b − zb)`, `y = clamp(q31s(p, m, s) + zero_point, lo, hi)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::{DType, ops::MulRescale};
/// // (3 − 1)·5 / 4 = 2.5 and (−1 − 1)·5 / 4 = −2.5; halves go up.
/// let op = MulRescale { zero_points: [1, 0], multiplier: 1 << 30, shift: 32, zero_point: 7, lo: -128, hi: 127, dtype: DType::I8 };
/// let (a, b) = (Wide::of(&[2], &[3, -1]), Wide::of(&[2], &[5, 5]));
/// let mut y = Wide::zeros(&[2]);
/// op.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [3 + 7, -2 + 7]);
/// ```
impl Compute for MulRescale {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        each(x, y, |a, b| self.apply(a, b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::DType;

    #[test]
    fn known_results() {
        let op = |multiplier, shift, lo, hi| MulRescale {
            zero_points: [0, -1],
            multiplier,
            shift,
            zero_point: -5,
            lo,
            hi,
            dtype: DType::I32,
        };
        for (op, a, b, wanted) in [
            (op(0, 2, -100, 100), 1000, 1000, -5),
            (op(1 << 30, 30, i32::MIN, i32::MAX), 1000, 999, 1_000_000 - 5),
            (op(1 << 30, 30, -9, 9), 1000, 999, 9),
            (op(1 << 30, 30, -9, 9), -1000, 999, -9),
            // −2^31 · (2^31 − 1) / 2^62 is −1 and a little more.
            (op(i32::MAX, 62, -100, 100), i32::MIN, 0, -1 - 5),
            (op(1 << 30, 62, -100, 100), i32::MIN, 0, -5), // −1/2
        ] {
            let mut y = Wide::zeros(&[1]);
            op.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted], "{op:?}");
        }
    }
}
