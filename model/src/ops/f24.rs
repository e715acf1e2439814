//! Numbers of 24 significant bits, which single precision has, in integers: RescaleF24, AddF24, AvgPoolF24
//! (SPEC.md section 5, RescaleF24 and AvgPoolF24).

/// The integer nearest to `v / 2^s`, halves to the even one; `s` is at most 62.
///
/// ```
/// use isocortex_model::ops::f24::rne;
/// assert_eq!([1, 2, 3, 5, 6, -2, -6].map(|v| rne(v, 2)), [0, 0, 1, 1, 2, 0, -2]);
/// assert_eq!(rne(-7, 0), -7);
/// ```
pub const fn rne(v: i64, s: u32) -> i64 {
    let q = v >> s;
    let twice = 2 * (v - (q << s)); // below 2^63
    let one = 1i64 << s;
    if twice > one || (twice == one && q & 1 == 1) { q + 1 } else { q }
}

/// `v` rounded to 24 significant bits, halves to even; `|v|` is at most 2^63 − 2^39.
///
/// ```
/// use isocortex_model::ops::f24::r24;
/// assert_eq!(r24(16_777_217), 16_777_216);
/// assert_eq!(r24(-16_777_219), -16_777_220);
/// ```
pub const fn r24(v: i64) -> i64 {
    let k = bits(v).saturating_sub(24);
    rne(v, k) << k
}

/// A number `m / 2^e` with m = 0, or `2^23 ≤ |m| < 2^24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct F24 {
    /// 0, or 24 bits with a sign.
    pub m: i32,
    /// How often it is halved; 0 where m is 0.
    pub e: i32,
}

impl F24 {
    /// `r24(v) / 2^e`.
    pub const fn norm(v: i64, e: i32) -> Self {
        if v == 0 {
            return Self { m: 0, e: 0 };
        }
        let v = r24(v);
        let extra = bits(v) as i32 - 24;
        // All bits beyond 24 are 0.
        let m = if extra > 0 { v >> extra } else { v << -extra };
        Self { m: m as i32, e: e - extra }
    }

    /// The quotient by `d`, 1 to 2^24 − 1, rounded once.
    ///
    /// ```
    /// use isocortex_model::ops::f24::F24;
    /// let one = F24::norm(1, 0);
    /// // The fractions of 1/3 and −1/10 in single precision: aaaaab, cccccd.
    /// assert_eq!(one.quot(3), F24 { m: 0xaaaaab, e: 25 });
    /// assert_eq!(F24::norm(-1, 0).quot(10), F24 { m: -0xcccccd, e: 27 });
    /// ```
    pub const fn quot(self, d: u32) -> Self {
        let v = (self.m.unsigned_abs() as u64) << 38; // below 2^62
        let (q, rest) = (v / d as u64, v % d as u64);
        let t = (2 * q + (rest != 0) as u64) as i64;
        Self::norm(if self.m < 0 { -t } else { t }, self.e + 39)
    }
}

const fn bits(v: i64) -> u32 {
    u64::BITS - v.unsigned_abs().leading_zeros()
}
