use super::{Compute, Wide};
use isocortex_model::ops::RescaleRow;

/// `u = clamp(q31s(x, m, s), −2^31, 2^31 − 1)`, `y = clamp(((u·row + 2^(r−1)) >> r) + zero_point, lo, hi)`,
/// m and s by the index of the last dimension.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::{DType, ops::RescaleRow};
/// let op = RescaleRow { multiplier: 0, shift: 1, row_shift: 2, zero_point: 1, lo: -128, hi: 127, dtype: DType::I8 };
/// let (m, s) = (Wide::of(&[1], &[1 << 30]), Wide::of(&[1], &[31])); // a half
/// let (x, row) = (Wide::of(&[2, 1], &[10, 10]), Wide::of(&[2, 1], &[3, 4]));
/// let mut y = Wide::zeros(&[2, 1]);
/// op.compute(&[&x, &row], &[&m, &s], &mut y);
/// assert_eq!(y.data, [4 + 1, 5 + 1]); // 5 · 3/4 = 3.75 and 5 · 4/4
/// ```
impl Compute for RescaleRow {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (multiplier, shift) = (constants[0], constants[1]);
        let (k, n) = (x[0].shape.last().copied().unwrap_or(1), multiplier.data.len());
        for ((y, x), &row) in y.data.chunks_mut(k).zip(x[0].data.chunks(k)).zip(&x[1].data) {
            for (channel, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                // n is 1 or k.
                let scale = (multiplier.data[channel % n], shift.data[channel % n] as u32);
                *y = self.apply(x, row, scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::DType;

    #[test]
    fn known_results() {
        let m = Wide::of(&[3], &[1 << 30, i32::MAX, 0]);
        let s = Wide::of(&[3], &[30, 2, 62]);
        let x = Wide::of(&[2, 3], &[7, 7, 7, i32::MIN, i32::MIN, i32::MIN]);
        let row = Wide::of(&[2, 1], &[2, i32::MAX]);
        // Row 0: 7·2/4 = 3.5; 7·(2^31 − 1)/4 cut to 2^31 − 1, then by 2/4: 2^30 − 1/2; 0.
        // Row 1: −2^31·(2^31 − 1)/4 in all but the last column.
        for (lo, hi, wanted) in [
            (-128, 127, [4, 127, 0, -128, -128, 0]),
            (i32::MIN, i32::MAX, [4, 1 << 30, 0, i32::MIN, i32::MIN, 0]),
        ] {
            let op = RescaleRow {
                multiplier: 0,
                shift: 1,
                row_shift: 2,
                zero_point: 0,
                lo,
                hi,
                dtype: DType::I32,
            };
            let mut y = Wide::zeros(&[2, 3]);
            op.compute(&[&x, &row], &[&m, &s], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
