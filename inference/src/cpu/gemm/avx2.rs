//! Tiles of vpmaddwd: bytes widened to 16 bits, two products summed in one instruction.
//!
//! Exact: a is 0..=255 and |w| ≤ 128, so a pair of products lies within ±65,280; no vpmaddubsw, which
//! saturates. Each 64 bytes of weights are four vectors of 4 channels times 4 of k, so an accumulator holds
//! two halves of each of 4 channels, added at the end: addition mod 2^32 has no order.
//!
//! Measured as in `avx512vnni.rs`: 116 µs, 48 macs a nanosecond.

use super::{Block, LANES, Out, ROWS, Tiles, store};
use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm_set1_epi32, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_cvtepu8_epi16,
    _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_permute4x64_epi64, _mm256_setzero_si256,
    _mm256_storeu_si256,
};

pub(super) const TILES: Tiles = &[&[(2, tile::<2>), (1, tile::<1>)]];

/// R rows of one panel. Registers: 4·R accumulators, R rows, a weight and a product, of 16: R = 3 would spill, and
/// was measured slower (123 µs against 116 for the network below).
#[allow(clippy::needless_range_loop)] // the indices are registers'
#[target_feature(enable = "avx2")]
fn tile<const R: usize>(b: &Block<'_>, at: &[usize; ROWS], row: usize, out: &mut Out<'_>) {
    let mut acc = [[_mm256_setzero_si256(); 4]; R];
    // SAFETY: the caller promises that a row's segments lie in `a` with all their groups, and that there is a
    // panel with a group of 64 weights for each of those; loads need no alignment.
    unsafe {
        let mut weights = b.weights.as_ptr();
        for &segment in b.segments {
            for g in 0..b.groups {
                let mut a = [_mm256_setzero_si256(); R];
                for r in 0..R {
                    let four = b.a.as_ptr().add(at[r].wrapping_add(segment)).cast::<i32>().add(g);
                    a[r] = _mm256_cvtepu8_epi16(_mm_set1_epi32(four.read_unaligned()));
                }
                for q in 0..4 {
                    let w = _mm256_cvtepi8_epi16(_mm_loadu_si128(weights.cast::<[i8; 16]>().add(q).cast()));
                    for r in 0..R {
                        acc[r][q] = _mm256_add_epi32(acc[r][q], _mm256_madd_epi16(a[r], w));
                    }
                }
                weights = weights.add(1);
            }
        }
    }
    let mut sums = [[b.bias[0]]; R];
    for r in 0..R {
        for h in 0..2 {
            // hadd adds neighbours within each half: channels 0 1 4 5 | 2 3 6 7, put in order by the permutation.
            let pairs = _mm256_hadd_epi32(acc[r][2 * h], acc[r][2 * h + 1]);
            let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(pairs);
            let (half, _) = sums[r][0][h * LANES / 2..].as_chunks_mut::<{ LANES / 2 }>();
            let half = half[0].as_mut_ptr().cast::<__m256i>();
            // SAFETY: 8 lanes of 32 bits each; loads and stores need no alignment.
            unsafe { _mm256_storeu_si256(half, _mm256_add_epi32(_mm256_loadu_si256(half), ordered)) };
        }
    }
    store(b, &sums, row, out);
}
