//! From real scales to the integers of SPEC.md, exactly: IEEE `+ − × ÷`, rounding to nearest even, and bit
//! patterns. The result for given reals is the same on every machine.

use isocortex_model::{DType, Quant};

/// What the integers of a tensor mean: `(q − zero_point) · scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Affine {
    pub scale: f64,
    pub zero_point: i32,
}

/// The nearest scale that a [`Quant`] can hold: 31 significant bits.
pub(crate) fn representable(scale: f64) -> f64 {
    let (multiplier, shift) = parts(scale, 62);
    multiplier as f64 / pow2(shift)
}

impl Affine {
    /// The i8 affine map for reals from `lo` to `hi`, 0 included: `scale = (hi − lo)/255`.
    pub(crate) fn i8(lo: f64, hi: f64) -> Self {
        let (lo, hi) = (lo.min(0.0), hi.max(0.0));
        let scale = representable(((hi - lo) / 255.0).max(MIN_SCALE));
        let zero_point = (-128.0 - lo / scale).round_ties_even().clamp(-128.0, 127.0) as i32;
        Self { scale, zero_point }
    }

    /// The symmetric i16 map for reals up to `reach` in magnitude.
    pub(crate) fn i16(reach: f64) -> Self {
        Self { scale: representable((reach / 32767.0).max(MIN_SCALE)), zero_point: 0 }
    }

    /// The integer for a real, rounded half to even, within the type.
    pub(crate) fn quantise(&self, x: f64, dtype: DType) -> i32 {
        let range = dtype.range();
        let q = (x / self.scale).round_ties_even() + f64::from(self.zero_point);
        q.clamp(range.lo.into(), range.hi.into()) as i32
    }

    /// The real that an integer means.
    pub(crate) fn real(&self, q: i32) -> f64 {
        (f64::from(q) - f64::from(self.zero_point)) * self.scale
    }

    pub(crate) fn quant(&self) -> Quant {
        let (multiplier, shift) = parts(self.scale, 62);
        Quant { multiplier: multiplier as i32, shift: shift as u8, zero_point: self.zero_point }
    }
}

impl From<Quant> for Affine {
    fn from(q: Quant) -> Self {
        Self { scale: f64::from(q.multiplier) / pow2(q.shift.into()), zero_point: q.zero_point }
    }
}

/// Tensors of zeros get this scale: small, and well inside what 62 bits of shift can say.
const MIN_SCALE: f64 = 1.0 / (1u64 << 40) as f64;

/// Multiplier and shift of [`Rescale`](isocortex_model::ops::Rescale) for a positive factor: the multiplier is
/// in [2^30, 2^31), rounded to nearest even; factors below 2^−32, which make every i32 round to 0, give 0.
/// `None` where the factor is 2^29 or more, or not a number.
pub(crate) fn q31(factor: f64) -> Option<(i32, i8)> {
    if !(0.0..(1u64 << 29) as f64).contains(&factor) {
        return None;
    }
    if factor < 1.0 / (1u64 << 32) as f64 {
        return Some((0, 2));
    }
    let (multiplier, shift) = normal(factor);
    (2..=62).contains(&shift).then_some((multiplier as i32, shift as i8))
}

/// One shift and a multiplier for each of two factors, as [`AddScaled`](isocortex_model::ops::AddScaled) wants
/// them: the larger multiplier has 31 bits.
pub(crate) fn pair(factors: [f64; 2]) -> Option<([i32; 2], u8)> {
    let (_, shift) = q31(factors[0].max(factors[1])).filter(|(m, _)| *m != 0)?;
    let multipliers = factors.map(|f| (f * pow2(shift.into())).round_ties_even() as i32);
    Some((multipliers, shift as u8))
}

/// `scale ≈ multiplier / 2^shift` with up to 31 bits of multiplier and a shift of 0 to `most`.
fn parts(scale: f64, most: i32) -> (i64, i32) {
    let (multiplier, shift) = normal(scale);
    if shift < 0 {
        return (i64::from(i32::MAX), 0);
    }
    let drop = (shift - most).max(0);
    if drop > 30 { (1, most) } else { ((multiplier >> drop).max(1), shift.min(most)) }
}

/// `x = m · 2^−s` with m in [2^30, 2^31), rounded to nearest even, for normal positive x.
fn normal(x: f64) -> (i64, i32) {
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i32 - 1023;
    // x = f · 2^(exponent + 1) with f in [1/2, 1): the same fraction bits under another exponent.
    let f = f64::from_bits((bits & ((1 << 52) - 1)) | (1022 << 52));
    let m = (f * (1u64 << 31) as f64).round_ties_even() as i64;
    if m == 1 << 31 { (1 << 30, 31 - (exponent + 2)) } else { (m, 31 - (exponent + 1)) }
}

/// 2^n for |n| ≤ 1000, exactly.
fn pow2(n: i32) -> f64 {
    f64::from_bits(((1023 + n.clamp(-1000, 1000)) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_become_pixel_minus_128() {
        let a = Affine::i8(0.0, 1.0);
        assert_eq!(a.zero_point, -128);
        for pixel in 0..=255u8 {
            let x = f32::from(pixel) / 255.0;
            assert_eq!(a.quantise(x.into(), DType::I8), i32::from(pixel) - 128);
        }
        // 2^38 / 255 = 1077952576.25…, and 31 bits hold it as 1077952576
        assert_eq!(a.quant(), Quant { multiplier: 1_077_952_576, shift: 38, zero_point: -128 });
    }

    #[test]
    fn multipliers() {
        assert_eq!(q31(1.0), Some((1 << 30, 30)));
        assert_eq!(q31(0.75), Some((3 << 29, 31)));
        assert_eq!(q31(1.0 - 2f64.powi(-40)), Some((1 << 30, 30)), "rounds up into the next exponent");
        assert_eq!(q31(2f64.powi(-32)), Some((1 << 30, 62)));
        assert_eq!(q31(2f64.powi(-33)), Some((0, 2)));
        assert_eq!(q31(0.0), Some((0, 2)));
        assert_eq!(q31(2f64.powi(28)), Some((1 << 30, 2)));
        assert_eq!([q31(2f64.powi(29)), q31(-1.0), q31(f64::NAN), q31(f64::INFINITY)], [None; 4]);
        assert_eq!(pair([1.0, 0.25]), Some(([1 << 30, 1 << 28], 30)));
    }

    #[test]
    fn zero_is_exact_and_inside() {
        for (lo, hi) in [(-1.0, 3.0), (2.0, 5.0), (-7.0, -1.0), (0.0, 0.0)] {
            let a = Affine::i8(lo, hi);
            assert_eq!(a.real(a.quantise(0.0, DType::I8)), 0.0);
            assert!((-128..=127).contains(&a.zero_point));
        }
    }

    #[test]
    fn a_scale_survives_the_header() {
        for scale in [1.0 / 255.0, 0.1, 1e-9, 12345.678] {
            let scale = representable(scale);
            assert_eq!(
                Affine::from(Affine { scale, zero_point: 3 }.quant()),
                Affine { scale, zero_point: 3 }
            );
        }
    }
}
