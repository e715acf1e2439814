//! Rescale in 32-bit lanes: the same numbers as `q31s` with fewer steps, where shifts and zero point allow it.
//!
//! `((v·m + 2^(s−1)) >> s) + zp = (v·m + 2^(s−1) + zp·2^s) >> s`, where that sum stays in i64: |v·m| < 2^62, so
//! a constant of less than 2^62 is enough. With s ≥ 32 the shift is one by 32, which keeps the upper half of the
//! product, and one of that half by s − 32. So 16 lanes take two multiplications, two additions, two shuffles, a
//! shift and a clamp.
//!
//! Predicted: 10 instructions for 16 results instead of 20 and a way through memory; a 1×1 convolution of 16
//! channels, which is nearly all tail, twice as fast. Measured (EPYC 9004, one thread, a shared machine, least of many
//! runs): 112·112 positions of 16 to 96 channels 551 µs before, 239 µs after; 56·56 of 24 to 144 195 and 105 µs.
//! Nothing was won until the loops over accumulators were written out (`unrolled!` in `gemm/avx512vnni.rs`): a loop
//! that is not unrolled early keeps all of them in memory, and the product then runs at 90 macs a nanosecond, not 220.

use super::rescale::LANES;

/// The constants of 16 channels: even ones, then odd ones.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Short {
    multiplier: [[i64; LANES / 2]; 2],
    constant: [[i64; LANES / 2]; 2],
    /// s − 32.
    shift: [i32; LANES],
}

impl Short {
    /// `None` where a shift is too small or the constant too large.
    pub fn new(multiplier: &[i32; LANES], shift: &[i64; LANES], zero_point: i64) -> Option<Self> {
        let constant = |s: i64| (1i64 << (s - 1)).checked_add(zero_point.checked_mul(1 << s)?);
        let fits = |&s: &i64| s >= 32 && constant(s).is_some_and(|c| c.unsigned_abs() < 1 << 62);
        shift.iter().all(fits).then(|| Self {
            multiplier: [0, 1].map(|odd| std::array::from_fn(|i| multiplier[2 * i + odd].into())),
            constant: [0, 1].map(|odd| std::array::from_fn(|i| constant(shift[2 * i + odd]).unwrap_or(0))),
            shift: shift.map(|s| (s - 32) as i32),
        })
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use super::Short;
    use std::arch::x86_64::*;

    /// Rescales 16 lanes, before the clamp.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    pub fn lanes16(short: &Short, v: __m512i) -> __m512i {
        // SAFETY: each array is of 64 bytes.
        let [m0, m1, c0, c1, shift] = unsafe {
            let load = |at: *const i64| _mm512_loadu_si512(at.cast());
            let (m, c) = (&short.multiplier, &short.constant);
            let shift = _mm512_loadu_si512(short.shift.as_ptr().cast());
            [load(m[0].as_ptr()), load(m[1].as_ptr()), load(c[0].as_ptr()), load(c[1].as_ptr()), shift]
        };
        let even = _mm512_add_epi64(_mm512_mul_epi32(v, m0), c0);
        let odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64::<32>(v), m1), c1);
        // The upper halves, in order.
        let upper = _mm512_mask_shuffle_epi32::<0b11_11_01_01>(odd, 0x5555, even);
        _mm512_srav_epi32(upper, shift)
    }

    /// Rescales 8 lanes, before the clamp: those of the first (0) or second (1) half of the channels.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub fn lanes8(short: &Short, half: usize, v: __m256i) -> __m256i {
        let (m, c) = (&short.multiplier, &short.constant);
        let four = |of: &[i64; 8]| {
            let four = &of[4 * half..][..4];
            // SAFETY: 32 bytes.
            unsafe { _mm256_loadu_si256(four.as_ptr().cast()) }
        };
        let eight = &short.shift[8 * half..][..8];
        // SAFETY: 32 bytes.
        let shift = unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) };
        let even = _mm256_add_epi64(_mm256_mul_epi32(v, four(&m[0])), four(&c[0]));
        let odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64::<32>(v), four(&m[1])), four(&c[1]));
        let upper = _mm256_blend_epi32::<0b1010_1010>(_mm256_srli_epi64::<32>(even), odd);
        _mm256_srav_epi32(upper, shift)
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use isocortex_model::ops::q31s;

    /// What the vector forms give, as far as this machine has them.
    fn forms(short: &Short, v: &[i32; LANES]) -> Vec<[i32; LANES]> {
        use std::arch::x86_64::*;
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
        fn all16(short: &Short, v: &[i32; LANES]) -> [i32; LANES] {
            let mut y = [0; LANES];
            // SAFETY: 64 bytes each.
            unsafe {
                let v = _mm512_loadu_si512(v.as_ptr().cast());
                _mm512_storeu_si512(y.as_mut_ptr().cast(), x86::lanes16(short, v));
            }
            y
        }
        #[target_feature(enable = "avx2")]
        fn twice8(short: &Short, v: &[i32; LANES]) -> [i32; LANES] {
            let mut y = [0; LANES];
            for half in 0..2 {
                // SAFETY: 32 bytes each, within the arrays.
                unsafe {
                    let v = _mm256_loadu_si256(v.as_ptr().add(8 * half).cast());
                    _mm256_storeu_si256(y.as_mut_ptr().add(8 * half).cast(), x86::lanes8(short, half, v));
                }
            }
            y
        }
        let mut forms = vec![];
        if crate::Isa::Avx2.available() {
            // SAFETY: just detected.
            forms.push(unsafe { twice8(short, v) });
        }
        if crate::Isa::Avx512Vnni.available() {
            // SAFETY: just detected.
            forms.push(unsafe { all16(short, v) });
        }
        forms
    }

    #[test]
    fn equals_q31s_at_its_ends() {
        let v: [i32; LANES] = std::array::from_fn(|i| match i % 8 {
            0 => i32::MIN,
            1 => i32::MAX,
            2 => -1,
            3 => 1,
            4 => 0,
            5 => i32::MIN + 1,
            n => (1 << (3 * n + i / 2)) - 1,
        });
        let mut taken = 0;
        for first in 32..=62i64 {
            for zero_point in [0, 1, -128, 127, 32_767, i64::from(i32::MIN), i64::from(i32::MAX)] {
                for m in [0, 1 << 30, (1 << 30) + 1, i32::MAX - 1, i32::MAX] {
                    let shift: [i64; LANES] = std::array::from_fn(|i| (first + i as i64 % 3).min(62));
                    let multiplier = std::array::from_fn(|i| if i % 5 == 4 { 1 << 30 } else { m });
                    let Some(short) = Short::new(&multiplier, &shift, zero_point) else { continue };
                    taken += 1;
                    let wanted: [i64; LANES] =
                        std::array::from_fn(|i| q31s(v[i], multiplier[i], shift[i] as u32) + zero_point);
                    for got in forms(&short, &v) {
                        assert_eq!(
                            got.map(i64::from),
                            wanted,
                            "shift {first}, zero point {zero_point}, m {m}"
                        );
                    }
                }
            }
        }
        assert!(taken > 500, "{taken}");
        assert!(Short::new(&[1 << 30; LANES], &[31; LANES], 0).is_none());
        assert!(Short::new(&[1 << 30; LANES], &[60; LANES], 127).is_none());
    }
}
