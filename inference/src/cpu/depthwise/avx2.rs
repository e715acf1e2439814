//! vpmaddwd over two taps: bytes of two taps are interleaved and widened, so that a lane holds both of one channel.
//!
//! Exact: a is 0..=255 and |w| ≤ 128, so a pair of products lies within ±65,280.

use super::{Depthwise, Out, Taps};
use crate::cpu::short::x86::lanes8;
use isocortex_model::DType;
use std::arch::x86_64::*;

/// All channels of the positions in the table.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn positions(d: &Depthwise, taps: &Taps<'_>, first: usize, out: &Out<'_>) {
    let turn = _mm_set1_epi8(if d.turned { 0 } else { i8::MIN });
    for block in &d.packed.blocks {
        let short = d
            .tail
            .as_ref()
            .and_then(|tail| Some((tail.short(block.at / 16..block.at / 16 + 1)?, tail.ends())));
        let whole = block.channel + 16 <= d.geometry.channels;
        for n in 0..taps.positions {
            let at = taps.of(n);
            let position = first.wrapping_add(n);
            // SAFETY: each tap may be read for a block, see `SLACK`; weights and bias hold whole blocks; the position is
            // the caller's.
            unsafe {
                let bias: *const __m256i = d.packed.bias.as_ptr().add(block.at).cast();
                let (mut a, mut b) = (_mm256_loadu_si256(bias), _mm256_loadu_si256(bias.add(1)));
                let weights = d.packed.wide.as_ptr().add(block.at.wrapping_mul(d.packed.taps));
                let mut weights: *const __m256i = weights.cast();
                for pair in at.as_chunks::<2>().0 {
                    let load = |tap: *const u8| tap.add(block.channel).cast::<__m128i>();
                    let x = _mm_xor_si128(_mm_loadu_si128(load(pair[0])), turn);
                    let z = _mm_xor_si128(_mm_loadu_si128(load(pair[1])), turn);
                    let lo = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(x, z));
                    let hi = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(x, z));
                    a = _mm256_add_epi32(a, _mm256_madd_epi16(lo, _mm256_loadu_si256(weights)));
                    b = _mm256_add_epi32(b, _mm256_madd_epi16(hi, _mm256_loadu_si256(weights.add(1))));
                    weights = weights.add(2);
                }
                if let Some((short, [lo, hi])) = short
                    && d.dtype == DType::I8
                    && let Some(short) = short.first()
                    && whole
                {
                    let words = _mm256_packs_epi32(lanes8(short, 0, a), lanes8(short, 1, b));
                    let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(words);
                    let words = _mm256_max_epi16(words, _mm256_set1_epi16(lo as i16));
                    let words = _mm256_min_epi16(words, _mm256_set1_epi16(hi as i16));
                    // 8 bits each, of either sign: what packing saturates to is what is there.
                    let words = _mm256_and_si256(words, _mm256_set1_epi16(0xff));
                    let bytes =
                        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
                    let at = position.wrapping_mul(d.geometry.channels).wrapping_add(block.channel);
                    _mm_storeu_si128(out.pointer::<i8>(at).cast(), bytes);
                } else {
                    let mut sums = [0i32; 16];
                    let to: *mut __m256i = sums.as_mut_ptr().cast();
                    _mm256_storeu_si256(to, a);
                    _mm256_storeu_si256(to.add(1), b);
                    d.store(block, &sums, position, out);
                }
            }
        }
    }
}
