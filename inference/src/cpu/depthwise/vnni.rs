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
        let mut n = 0;
        // SAFETY: promised by the caller.
        unsafe {
            while n < taps.positions {
                let two = n + 1 < taps.positions;
                match (block.width, two) {
                    (64, true) => wide::<2>(d, block, taps, n, first, out),
                    (64, false) => wide::<1>(d, block, taps, n, first, out),
                    (_, true) => half::<2>(d, block, taps, n, first, out),
                    (_, false) => half::<1>(d, block, taps, n, first, out),
                }
                n += if two { 2 } else { 1 };
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

/// One block of J positions. The two forms differ in their vectors alone.
macro_rules! block {
    ($name:ident, $features:literal, $bytes:literal, $load:ident, $store:ident, $set1_epi8:ident,
     $xor:ident, $lo8:ident, $hi8:ident, $lo16:ident, $hi16:ident, $dot:ident, $short:ident,
     $packs32:ident, $packs16:ident, $packus16:ident, $max8:ident, $min8:ident, $maxu8:ident, $minu8:ident,
     $zero:ident) => {
        #[allow(clippy::needless_range_loop)] // the indices are registers'
        #[inline]
        #[target_feature(enable = $features)]
        unsafe fn $name<const J: usize>(
            d: &Depthwise,
            block: &Block,
            taps: &Taps<'_>,
            n: usize,
            first: usize,
            out: &Out<'_>,
        ) {
            let lanes = $bytes / 4;
            let mut acc = [[$zero(); 4]; J];
            let turn = $set1_epi8(if d.turned { 0 } else { i8::MIN });
            let mut at = [taps.of(n); J];
            for j in 1..J {
                at[j] = taps.of(n.wrapping_add(j));
            }
            // SAFETY: each tap may be read for a block, see `SLACK`; weights and bias hold whole blocks.
            unsafe {
                let bias = d.packed.bias.as_ptr().add(block.at);
                for q in 0..4 {
                    let bias = $load(bias.add(q * lanes).cast());
                    for j in 0..J {
                        acc[j][q] = bias;
                    }
                }
                let mut weights = d.packed.weights.as_ptr().add(block.at.wrapping_mul(d.packed.taps));
                for g in (0..d.packed.taps).step_by(4) {
                    let mut w = [$zero(); 4];
                    for q in 0..4 {
                        w[q] = $load(weights.add(q * $bytes).cast());
                    }
                    weights = weights.add(4 * $bytes);
                    for j in 0..J {
                        let mut t = [$zero(); 4];
                        for k in 0..4 {
                            let tap = at[j].get_unchecked(g.wrapping_add(k)).add(block.channel);
                            t[k] = $xor($load(tap.cast()), turn);
                        }
                        let (ab, cd) = ($lo8(t[0], t[1]), $lo8(t[2], t[3]));
                        acc[j][0] = $dot(acc[j][0], $lo16(ab, cd), w[0]);
                        acc[j][1] = $dot(acc[j][1], $hi16(ab, cd), w[1]);
                        let (ab, cd) = ($hi8(t[0], t[1]), $hi8(t[2], t[3]));
                        acc[j][2] = $dot(acc[j][2], $lo16(ab, cd), w[2]);
                        acc[j][3] = $dot(acc[j][3], $hi16(ab, cd), w[3]);
                    }
                }
            }
            let blocks = block.at / 16..(block.at + $bytes) / 16;
            let short = d.tail.as_ref().and_then(|tail| Some((tail.short(blocks)?, tail.ends())));
            let whole = block.channel + $bytes <= d.geometry.channels;
            for j in 0..J {
                let position = first.wrapping_add(n).wrapping_add(j);
                match short {
                    Some((short, [lo, hi])) if d.dtype == DType::I8 => {
                        let mut v = acc[j];
                        for q in 0..4 {
                            v[q] = $short!(short, q, v[q]);
                        }
                        // Saturating to 16 and to 8 bits is part of the clamp; packing within 16 bytes puts the
                        // channels in order.
                        let words = [$packs32(v[0], v[1]), $packs32(v[2], v[3])];
                        let bytes = if hi > i32::from(i8::MAX) {
                            let bytes = $packus16(words[0], words[1]);
                            $minu8($maxu8(bytes, $set1_epi8(lo as i8)), $set1_epi8(hi as i8))
                        } else {
                            let bytes = $packs16(words[0], words[1]);
                            $min8($max8(bytes, $set1_epi8(lo as i8)), $set1_epi8(hi as i8))
                        };
                        let at = position.wrapping_mul(d.geometry.channels).wrapping_add(block.channel);
                        // SAFETY: the position is the caller's; a block that is not whole is copied in part.
                        unsafe {
                            if whole {
                                $store(out.pointer::<i8>(at).cast(), bytes);
                            } else {
                                let mut all = [0i8; $bytes];
                                $store(all.as_mut_ptr().cast(), bytes);
                                let some = d.geometry.channels.wrapping_sub(block.channel);
                                out.part::<i8>(at, some).copy_from_slice(&all[..some]);
                            }
                        }
                    }
                    _ => {
                        let mut sums = [0i32; $bytes];
                        // SAFETY: the array holds the four vectors; the position is the caller's.
                        unsafe {
                            for q in 0..4 {
                                $store(sums.as_mut_ptr().add(q * lanes).cast(), acc[j][q]);
                            }
                            d.store(block, &sums, position, out);
                        }
                    }
                }
            }
        }
    };
}
const _: () = assert!(SLACK == 64);

block!(
    wide,
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni",
    64,
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
    "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni",
    32,
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
