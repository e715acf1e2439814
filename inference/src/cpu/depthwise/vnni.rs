//! vpdpbusd over four taps: bytes of four taps are interleaved, so that a lane holds those of one channel.
//!
//! Exact as in the matrix kernels: four products u8·i8 added to the accumulator mod 2^32.

use super::{Block, Depthwise, Out, SLACK, Taps};
use crate::cpu::short::x86::{lanes8, lanes16};
use isocortex_model::DType;
use std::arch::x86_64::*;

/// All channels of the positions in the table.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) unsafe fn positions512(d: &Depthwise, taps: &Taps<'_>, first: usize, out: &Out<'_>) {
    for block in &d.packed.blocks {
        // SAFETY: promised by the caller.
        unsafe {
            match (block.width, d.turned, taps.real() % 4) {
                (64, true, 1) => wide::<true, true>(d, block, taps, first, out),
                (64, true, _) => wide::<false, true>(d, block, taps, first, out),
                (64, false, 1) => wide::<true, false>(d, block, taps, first, out),
                (64, false, _) => wide::<false, false>(d, block, taps, first, out),
                (_, true, 1) => half::<true, true>(d, block, taps, first, out),
                (_, true, _) => half::<false, true>(d, block, taps, first, out),
                (_, false, 1) => half::<true, false>(d, block, taps, first, out),
                (_, false, _) => half::<false, false>(d, block, taps, first, out),
            }
        }
    }
}

/// The same with AVX-VNNI.
#[target_feature(enable = "avx2,avxvnni")]
pub(super) unsafe fn positions256(d: &Depthwise, taps: &Taps<'_>, first: usize, out: &Out<'_>) {
    for block in &d.packed.blocks {
        // SAFETY: promised by the caller.
        unsafe {
            match (d.turned, taps.real() % 4) {
                (true, 1) => vex::<true, true>(d, block, taps, first, out),
                (true, _) => vex::<false, true>(d, block, taps, first, out),
                (false, 1) => vex::<true, false>(d, block, taps, first, out),
                (false, _) => vex::<false, false>(d, block, taps, first, out),
            }
        }
    }
}

/// Four vectors of 16 lanes each have constants of their own; of 8 lanes, two share those of 16.
macro_rules! short512 {
    ($short:ident, $q:ident, $v:expr) => {
        lanes16(&$short[$q % $short.len()], $v)
    };
}
macro_rules! short256 {
    ($short:ident, $q:ident, $v:expr) => {
        lanes8(&$short[$q / 2 % $short.len()], $q % 2, $v)
    };
}

/// One block of all positions, two at a time. The last tap may be a group of its own (`SINGLE`), as in 3×3 and 5×5. The
/// two forms differ in their vectors alone.
macro_rules! block {
    ($name:ident, $finish:ident, $features:literal, $bytes:literal, $vector:ty, $load:ident, $store:ident, $set1_epi8:ident,
     $xor:ident, $lo8:ident, $hi8:ident, $lo16:ident, $hi16:ident, $dot:ident, $short:ident,
     $packs32:ident, $packs16:ident, $packus16:ident, $max8:ident, $min8:ident, $maxu8:ident, $minu8:ident,
     $zero:ident) => {
        #[allow(clippy::needless_range_loop)] // the indices are registers'
        #[inline]
        #[target_feature(enable = $features)]
        unsafe fn $name<const SINGLE: bool, const TURNED: bool>(
            d: &Depthwise,
            block: &Block,
            taps: &Taps<'_>,
            first: usize,
            out: &Out<'_>,
        ) {
            let turn = $set1_epi8(i8::MIN);
            let fours = if SINGLE { taps.real() / 4 } else { taps.real().div_ceil(4) };
            let mut n = 0;
            while n < taps.positions {
                // Where one is left, it is computed twice.
                let pair = [n, n.wrapping_add(1).min(taps.positions.wrapping_sub(1))];
                let at = [taps.of(pair[0]).as_ptr(), taps.of(pair[1]).as_ptr()];
                let mut acc = [[$zero(); 4]; 2];
                // SAFETY: each tap may be read for a block, see `SLACK`; weights and bias hold whole blocks.
                unsafe {
                    let bias = d.packed.bias.as_ptr().add(block.at);
                    for q in 0..4 {
                        acc[0][q] = $load(bias.add(q * $bytes / 4).cast());
                        acc[1][q] = acc[0][q];
                    }
                    let mut weights = d.packed.weights.as_ptr().add(block.at.wrapping_mul(d.packed.taps));
                    for g in 0..fours {
                        for j in 0..2 {
                            let mut t = [$zero(); 4];
                            for k in 0..4 {
                                let tap = (*at[j].add(g.wrapping_mul(4).wrapping_add(k))).add(block.channel);
                                t[k] = $load(tap.cast());
                                t[k] = if TURNED { t[k] } else { $xor(t[k], turn) };
                            }
                            let (ab, cd) = ($lo8(t[0], t[1]), $lo8(t[2], t[3]));
                            acc[j][0] = $dot(acc[j][0], $lo16(ab, cd), $load(weights.cast()));
                            acc[j][1] = $dot(acc[j][1], $hi16(ab, cd), $load(weights.add($bytes).cast()));
                            let (ab, cd) = ($hi8(t[0], t[1]), $hi8(t[2], t[3]));
                            acc[j][2] = $dot(acc[j][2], $lo16(ab, cd), $load(weights.add(2 * $bytes).cast()));
                            acc[j][3] = $dot(acc[j][3], $hi16(ab, cd), $load(weights.add(3 * $bytes).cast()));
                        }
                        weights = weights.add(4 * $bytes);
                    }
                    if SINGLE {
                        for j in 0..2 {
                            let tap = (*at[j].add(fours.wrapping_mul(4))).add(block.channel);
                            let t = $load(tap.cast());
                            let t = if TURNED { t } else { $xor(t, turn) };
                            let (lo, hi) = ($lo8(t, $zero()), $hi8(t, $zero()));
                            let t = [
                                $lo16(lo, $zero()),
                                $hi16(lo, $zero()),
                                $lo16(hi, $zero()),
                                $hi16(hi, $zero()),
                            ];
                            for q in 0..4 {
                                acc[j][q] = $dot(acc[j][q], t[q], $load(weights.add(q * $bytes).cast()));
                            }
                        }
                    }
                    $finish(d, block, acc[0], first.wrapping_add(pair[0]), out);
                    $finish(d, block, acc[1], first.wrapping_add(pair[1]), out);
                }
                n = n.wrapping_add(2);
            }
        }

        /// Writes one block of a position, through its tail.
        #[allow(clippy::needless_range_loop)]
        #[inline]
        #[target_feature(enable = $features)]
        unsafe fn $finish(d: &Depthwise, block: &Block, mut v: [$vector; 4], position: usize, out: &Out<'_>) {
            let blocks = block.at / 16..block.at.wrapping_add($bytes) / 16;
            let short = d.tail.as_ref().and_then(|tail| Some((tail.short(blocks)?, tail.ends())));
            let Some((short, [lo, hi])) = short.filter(|_| d.dtype == DType::I8) else {
                let mut sums = [0i32; $bytes];
                // SAFETY: the array holds the four vectors; the position is the caller's.
                return unsafe {
                    for q in 0..4 {
                        $store(sums.as_mut_ptr().add(q * $bytes / 4).cast(), v[q]);
                    }
                    d.store(block, &sums, position, out)
                };
            };
            for q in 0..4 {
                v[q] = $short!(short, q, v[q]);
            }
            // Saturating to 16 and to 8 bits is part of the clamp; packing within 16 bytes puts the channels in order.
            let words = [$packs32(v[0], v[1]), $packs32(v[2], v[3])];
            let (lo8, hi8) = ($set1_epi8(lo as i8), $set1_epi8(hi as i8));
            let bytes = if hi > i32::from(i8::MAX) {
                $minu8($maxu8($packus16(words[0], words[1]), lo8), hi8)
            } else {
                $min8($max8($packs16(words[0], words[1]), lo8), hi8)
            };
            let at = position.wrapping_mul(d.geometry.channels).wrapping_add(block.channel);
            let some = d.geometry.channels.wrapping_sub(block.channel);
            // SAFETY: the position is the caller's; of a block that is not whole a part is copied.
            unsafe {
                if some >= $bytes {
                    $store(out.pointer::<i8>(at).cast(), bytes);
                } else {
                    let mut all = [0i8; $bytes];
                    $store(all.as_mut_ptr().cast(), bytes);
                    out.part::<i8>(at, some).copy_from_slice(&all[..some]);
                }
            }
        }
    };
}
const _: () = assert!(SLACK == 64);

block!(
    wide,
    finish_wide,
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni",
    64,
    __m512i,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    _mm512_set1_epi8,
    _mm512_xor_si512,
    _mm512_unpacklo_epi8,
    _mm512_unpackhi_epi8,
    _mm512_unpacklo_epi16,
    _mm512_unpackhi_epi16,
    _mm512_dpbusd_epi32,
    short512,
    _mm512_packs_epi32,
    _mm512_packs_epi16,
    _mm512_packus_epi16,
    _mm512_max_epi8,
    _mm512_min_epi8,
    _mm512_max_epu8,
    _mm512_min_epu8,
    _mm512_setzero_si512
);
block!(
    half,
    finish_half,
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni",
    32,
    __m256i,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    _mm256_set1_epi8,
    _mm256_xor_si256,
    _mm256_unpacklo_epi8,
    _mm256_unpackhi_epi8,
    _mm256_unpacklo_epi16,
    _mm256_unpackhi_epi16,
    _mm256_dpbusd_epi32,
    short256,
    _mm256_packs_epi32,
    _mm256_packs_epi16,
    _mm256_packus_epi16,
    _mm256_max_epi8,
    _mm256_min_epi8,
    _mm256_max_epu8,
    _mm256_min_epu8,
    _mm256_setzero_si256
);
// AVX-VNNI: never executed here, see `gemm/vnni256.rs`; `half` is the same with the other encoding.
block!(
    vex,
    finish_vex,
    "avx2,avxvnni",
    32,
    __m256i,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    _mm256_set1_epi8,
    _mm256_xor_si256,
    _mm256_unpacklo_epi8,
    _mm256_unpackhi_epi8,
    _mm256_unpacklo_epi16,
    _mm256_unpackhi_epi16,
    _mm256_dpbusd_avx_epi32,
    short256,
    _mm256_packs_epi32,
    _mm256_packs_epi16,
    _mm256_packus_epi16,
    _mm256_max_epi8,
    _mm256_min_epi8,
    _mm256_max_epu8,
    _mm256_min_epu8,
    _mm256_setzero_si256
);
