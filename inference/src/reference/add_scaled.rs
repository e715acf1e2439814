use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::AddScaled;

/// `y = clamp((((a − zpa)·ma + (b − zpb)·mb + 2^(s−1)) >> s) + zero_point, lo, hi)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::{DType, ops::AddScaled};
/// // a/2 + b/4, rounded once: (3·2 + 1 + 2) >> 2 and (−3·2 + 1 + 2) >> 2.
/// let op = AddScaled {
///     multipliers: [2, 1], zero_points: [0, 0], shift: 2, zero_point: 0, lo: -128, hi: 127, dtype: DType::I8,
/// };
/// let (a, b) = (Wide::of(&[2], &[3, -3]), Wide::of(&[1], &[1]));
/// let mut y = Wide::zeros(&[2]);
/// op.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [2, -1]);
/// ```
impl Compute for AddScaled {
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
        let m = i32::MAX;
        let op = |multipliers, zero_points, shift| AddScaled {
            multipliers,
            zero_points,
            shift,
            zero_point: 1,
            lo: -32768,
            hi: 32767,
            dtype: DType::I16,
        };
        for (op, a, b, wanted) in [
            (op([0, 0], [9, 9], 62), -32768, 32767, 1),
            (op([m, m], [32767, 32767], 2), -32768, -32768, -32768), // far below the clamp
            (op([m, m], [-32768, -32768], 47), 32767, 32767, 2 + 1), // 2 · 65,535 · (2^31 − 1) / 2^47: just under 2
        ] {
            let mut y = Wide::zeros(&[1]);
            op.compute(&[&Wide::of(&[1], &[a]), &Wide::of(&[1], &[b])], &[], &mut y);
            assert_eq!(y.data, [wanted], "{op:?}");
        }
    }
}
