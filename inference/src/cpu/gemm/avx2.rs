//! Tiles of vpmaddwd: bytes widened to 16 bits, two products summed in one instruction.
//!
//! Exact: a is 0..=255 and |w| ≤ 128, so a pair of products lies within ±65,280; no vpmaddubsw, which
//! saturates. Each 64 weights are four vectors of 4 channels times 4 of k, so an accumulator holds
//! two halves of each of 4 channels, added at the end: addition mod 2^32 has no order.
//!
//! Weights are packed in 16 bits where several rows read them, so that widening is not repeated for each tile; for
//! a row or two, where reading them is what takes the time, in bytes. Predicted: 4·2 + 4·2 + 2 instructions for 128
//! products instead of 4 more, 1.3 times as fast. Not measured apart.

use super::{Block, LANES, Out, ROWS, Tiles, Weights, store};
use crate::cpu::short::x86::lanes8;
use isocortex_model::DType;
use std::arch::x86_64::*;

pub(super) const TILES: Tiles = &[&[(2, tile::<2, false>), (1, tile::<1, false>)]];
pub(super) const WIDE_TILES: Tiles = &[&[(2, tile::<2, true>), (1, tile::<1, true>)]];

pub(super) const WORD_TILES: Tiles = &[&[(4, word_tile::<4>), (1, word_tile::<1>)]];

/// R rows of 16 bits of one panel.
#[allow(clippy::needless_range_loop)] // the indices are registers'
#[target_feature(enable = "avx2")]
unsafe fn word_tile<const R: usize>(b: &Block<'_>, at: &[usize; ROWS], row: usize, out: &Out<'_>) {
    let depth = b.segments.len().wrapping_mul(b.groups);
    let Weights::Words(weights) = b.weights else { return };
    let mut weights: *const __m256i = weights[b.panel.wrapping_mul(depth)..].as_ptr().cast();
    let mut acc = [[_mm256_setzero_si256(); 2]; R];
    let from = b.panel.wrapping_mul(LANES);
    let lanes = LANES.min(b.n.wrapping_sub(from));
    // SAFETY: as in the tile below.
    unsafe {
        let bias: *const __m256i = b.bias[b.panel].as_ptr().cast();
        for h in 0..2 {
            let bias = _mm256_loadu_si256(bias.add(h));
            for r in 0..R {
                acc[r][h] = bias;
            }
        }
        for &segment in b.segments {
            for g in 0..b.groups {
                let w = [_mm256_loadu_si256(weights), _mm256_loadu_si256(weights.add(1))];
                weights = weights.add(2);
                for r in 0..R {
                    let pair = b.a.as_ptr().add(at[r].wrapping_add(segment)).cast::<i32>().add(g);
                    let a = _mm256_set1_epi32(pair.read_unaligned());
                    for h in 0..2 {
                        acc[r][h] = _mm256_add_epi32(acc[r][h], _mm256_madd_epi16(a, w[h]));
                    }
                }
            }
        }
        for r in 0..R {
            finish(b, acc[r], row.wrapping_add(r).wrapping_mul(b.n).wrapping_add(from), lanes, out);
        }
    }
}

/// R rows of one panel. Registers: 4·R accumulators, R rows, a weight and a product, of 16: R = 3 would spill, and
/// was measured slower (123 µs against 116 for the network below).
#[allow(clippy::needless_range_loop)] // the indices are registers'
#[target_feature(enable = "avx2")]
unsafe fn tile<const R: usize, const WIDE: bool>(
    b: &Block<'_>,
    at: &[usize; ROWS],
    row: usize,
    out: &Out<'_>,
) {
    let depth = b.segments.len().wrapping_mul(b.groups);
    let mut weights: *const [i8; 16] = match b.weights {
        Weights::Bytes(w) if !WIDE => w[b.panel.wrapping_mul(depth)..].as_ptr().cast(),
        Weights::Wide(w) if WIDE => w[b.panel.wrapping_mul(depth)..].as_ptr().cast(),
        _ => return,
    };
    let mut acc = [[_mm256_setzero_si256(); 4]; R];
    // SAFETY: the caller promises that a row's segments lie in `a` with all their groups, and that there is a
    // panel with a group of 64 weights for each of those; loads need no alignment.
    unsafe {
        for &segment in b.segments {
            for g in 0..b.groups {
                let mut a = [_mm256_setzero_si256(); R];
                for r in 0..R {
                    let four = b.a.as_ptr().add(at[r].wrapping_add(segment)).cast::<i32>().add(g);
                    a[r] = _mm256_cvtepu8_epi16(_mm_set1_epi32(four.read_unaligned()));
                }
                for q in 0..4 {
                    let w = if WIDE {
                        _mm256_loadu_si256(weights.cast::<__m256i>().add(q))
                    } else {
                        _mm256_cvtepi8_epi16(_mm_loadu_si128(weights.add(q).cast()))
                    };
                    for r in 0..R {
                        acc[r][q] = _mm256_add_epi32(acc[r][q], _mm256_madd_epi16(a[r], w));
                    }
                }
                weights = weights.add(if WIDE { 8 } else { 4 });
            }
        }
    }
    let from = b.panel.wrapping_mul(LANES);
    let lanes = LANES.min(b.n.wrapping_sub(from));
    for r in 0..R {
        let mut sums = [_mm256_setzero_si256(); 2];
        for h in 0..2 {
            // hadd adds neighbours within each half: channels 0 1 4 5 | 2 3 6 7, put in order by the permutation.
            let pairs = _mm256_hadd_epi32(acc[r][2 * h], acc[r][2 * h + 1]);
            let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(pairs);
            let (halves, _) = b.bias[b.panel].as_chunks::<{ LANES / 2 }>();
            // SAFETY: 8 lanes of 32 bits each; loads need no alignment.
            sums[h] = unsafe { _mm256_add_epi32(_mm256_loadu_si256(halves[h].as_ptr().cast()), ordered) };
        }
        let at = row.wrapping_add(r).wrapping_mul(b.n).wrapping_add(from);
        // SAFETY: the tile's rows and panels are its own.
        unsafe { finish(b, sums, at, lanes, out) };
    }
}

/// Writes one row of a panel, through the tail where there is one.
///
/// # Safety
/// `out` has `lanes` elements from `at` on, and nobody else has access to them.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn finish(b: &Block<'_>, mut sums: [__m256i; 2], at: usize, lanes: usize, out: &Out<'_>) {
    if let Some(tail) = b.tail
        && let Some(short) = tail.short(b.panel..b.panel.wrapping_add(1)).and_then(<[_]>::first)
        && lanes == LANES
        && out.dtype == DType::I8
    {
        let [lo, hi] = tail.ends().map(|v| _mm256_set1_epi32(v));
        for (half, sums) in sums.iter_mut().enumerate() {
            let clamped = _mm256_min_epi32(_mm256_max_epi32(lanes8(short, half, *sums), lo), hi);
            *sums = _mm256_and_si256(clamped, _mm256_set1_epi32(0xff));
        }
        // Packing bits of 8 saturates nothing. Within halves: 0..4 8..12 | 4..8 12..16.
        let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(sums[0], sums[1]));
        let bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
        // SAFETY: 16 elements, as promised.
        return unsafe { _mm_storeu_si128(out.pointer::<i8>(at).cast(), bytes) };
    }
    let mut lanes16 = [0i32; LANES];
    // SAFETY: 8 lanes of 32 bits each, twice; the rest is as promised.
    unsafe {
        _mm256_storeu_si256(lanes16.as_mut_ptr().cast(), sums[0]);
        _mm256_storeu_si256(lanes16.as_mut_ptr().add(LANES / 2).cast(), sums[1]);
        store(b.tail, b.panel, &lanes16, at, lanes, out);
    }
}
