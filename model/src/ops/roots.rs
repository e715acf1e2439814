//! Square roots in integers (SPEC.md section 4).

/// The largest r with r² ≤ v.
///
/// ```
/// use isocortex_model::ops::isqrt;
/// assert_eq!([isqrt(0), isqrt(15), isqrt(16), isqrt(u64::MAX)], [0, 3, 4, u32::MAX.into()]);
/// ```
pub const fn isqrt(v: u64) -> u64 {
    v.isqrt()
}

/// `(m, e)` with `m·2^(−e) ≈ 1/√v`, for v in 1..2^62; m is in [2^30, 2^31) and e in 31..=61.
///
/// ```
/// use isocortex_model::ops::rsqrt;
/// assert_eq!(rsqrt(1), (i32::MAX, 31)); // 2^31 / 2^31 would be 1; m stays an i32
/// assert_eq!(rsqrt(4), (i32::MAX, 32));
/// assert_eq!(rsqrt(3), (1_239_850_262, 31)); // 2^31/√3 = 1,239,850,262.25…
/// ```
pub fn rsqrt(v: i64) -> (i32, u32) {
    // The largest even number of places by which v can be moved below 2^62.
    let z = v.leading_zeros().saturating_sub(2) & !1;
    let root = isqrt((v.cast_unsigned()) << z);
    // A root of at least 2^30; 0 is outside the domain, and only there it is 0.
    let m = (1u64 << 61).checked_div(root).unwrap_or(u64::MAX).min(i32::MAX.unsigned_abs().into());
    (m as i32, 61 - z / 2)
}

#[cfg(test)]
mod tests {
    use super::{isqrt, rsqrt};
    use proptest::prelude::*;

    #[test]
    fn ends_of_the_domain() {
        // W = 2^60: R = 2^30, 2^61/R = 2^31, cut. W = 2^62 − 1: R = 2^31 − 1, 2^61/R = 2^30 and a rest.
        assert_eq!(rsqrt(1 << 60), (i32::MAX, 61));
        assert_eq!(rsqrt((1 << 62) - 1), (1 << 30, 61));
        assert_eq!(rsqrt((1 << 60) - 1), (1 << 30, 60));
        assert_eq!(rsqrt(2), (1_518_500_250, 31)); // 2^61 / isqrt(2^61) = 2^61 / 1,518,500,249
    }

    proptest! {
        #[test]
        fn the_bounds_of_section_4(v in 1i64..1 << 62, bits in 0u32..62) {
            let v = (v >> bits).max(1);
            let root = u128::from(isqrt(v.cast_unsigned()));
            prop_assert!(root * root <= v as u128 && (root + 1) * (root + 1) > v as u128);
            let (m, e) = rsqrt(v);
            prop_assert!(m >= 1 << 30 && (31..=61).contains(&e));
            // m·2^(−e) ≤ (1 + 2^−29)/√v, squared: m²·v ≤ (1 + 2^−29)²·4^e; and within 2^−28 from below.
            // m²·v < 2^124; both sides fit u128 after a division of the right one.
            let left = (m as u128).pow(2) * v as u128;
            let one = 1u128 << (2 * e);
            prop_assert!(left <= one + (one >> 28) + (one >> 58));
            prop_assert!(left >= one - (one >> 28));
        }
    }
}
