use super::{Compute, Wide};
use isocortex_model::ops::RescaleF24;

/// `p = r24(r24(x)·m)`, `y = clamp(rne(r24(p + offset·2^s), s) + zero_point, lo, hi)`, m and s by the index of the
/// last dimension.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::{DType, ops::RescaleF24};
/// let op = RescaleF24 { multiplier: 0, shift: 1, offset: 0, zero_point: 0, lo: -128, hi: 127, dtype: DType::I8 };
/// let (multiplier, shift) = (Wide::of(&[1], &[1 << 23]), Wide::of(&[1], &[24])); // a half
/// let (x, mut y) = (Wide::of(&[5], &[1, 3, 5, -3, 999]), Wide::zeros(&[5]));
/// op.compute(&[&x], &[&multiplier, &shift], &mut y);
/// assert_eq!(y.data, [0, 2, 2, -2, 127]);
/// ```
impl Compute for RescaleF24 {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (multiplier, shift) = (constants[0], constants[1]);
        let n = multiplier.data.len();
        for (i, (y, &x)) in y.data.iter_mut().zip(&x[0].data).enumerate() {
            // n is 1 or the size of the last dimension; rows start at multiples of it.
            *y = self.apply(x, multiplier.data[i % n], shift.data[i % n] as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;
    use isocortex_model::DType;

    /// Facts of single precision: a tenth is 0xcccccd / 2^27, 16,777,217 is not there and becomes 16,777,216.
    #[test]
    fn single_precision() {
        let tenth = (0xcc_cccd, 27);
        for (x, (m, s), offset, wanted) in [
            (25, tenth, 0, 2), // 2.5 and a little, which 24 bits do not hold: to the even one
            (16_777_217, (1 << 23, 23), 0, 16_777_216),
            (16_777_219, (1 << 23, 23), 0, 16_777_220),
            (5, (1 << 23, 24), 1, 4), // 2.5 + 1 = 3.5, to the even one
            (5, (1 << 23, 24), 0, 2),
            (-5, (1 << 23, 24), 1, -2), // −1.5
            (7, (0, 0), 32_768, 32_768),
        ] {
            let (zero_point, lo, hi, dtype) = (0, i32::MIN, i32::MAX, DType::I32);
            let op = RescaleF24 { multiplier: 0, shift: 1, offset, zero_point, lo, hi, dtype };
            let constants = [Wide::of(&[1], &[m]), Wide::of(&[1], &[s])];
            assert_eq!(result(&op, &[&Wide::of(&[1], &[x])], &constants, &[1]), [wanted], "{x} {m} {s}");
        }
    }
}
