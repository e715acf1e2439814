//! Tiles of vpdpbusd: 16 channels times 4 bytes of k in one instruction, never the saturating form.
//!
//! Exact: the four products u8·i8 lie within ±255·128, vpdpbusd adds them and the accumulator mod 2^32. Rows of 16 bits
//! take vpdpwssd, two products at a time.
//!
//! Registers: R·P accumulators, P weights and one broadcast, at most 32. With one instruction a cycle and a
//! latency of 4, four accumulators are enough to keep it busy; more rows save loads of weights.
//!
//! Predicted for the Fashion-MNIST network (5.6 million macs): 64 macs a cycle are 87,000 cycles, 25 µs at 3.5 GHz;
//! with tails, padding and the other ops about 50 µs. Measured (EPYC 9004, one thread, a shared machine): 40 µs, 1.6
//! times as fast as onnxruntime 1.32's u8s8. What made the difference from a first 60 µs: no `array::map`
//! on accumulators (it was not inlined), and ragged ends out of line (see `put` in `rescale.rs`).

use super::{Block, LANES, Out, ROWS, Tiles, Weights, store};
use crate::cpu::short::x86::lanes16;
use isocortex_model::DType;
use std::arch::x86_64::*;

pub(super) const TILES: Tiles = &[
    &[(12, tile::<12, 1, false>), (4, tile::<4, 1, false>), (1, tile::<1, 1, false>)],
    &[(12, tile::<12, 2, false>), (4, tile::<4, 2, false>), (1, tile::<1, 2, false>)],
    &[(8, tile::<8, 3, false>), (4, tile::<4, 3, false>), (1, tile::<1, 3, false>)],
    &[(6, tile::<6, 4, false>), (3, tile::<3, 4, false>), (1, tile::<1, 4, false>)],
];
pub(super) const WORD_TILES: Tiles = &[
    &[(12, tile::<12, 1, true>), (4, tile::<4, 1, true>), (1, tile::<1, 1, true>)],
    &[(12, tile::<12, 2, true>), (4, tile::<4, 2, true>), (1, tile::<1, 2, true>)],
    &[(8, tile::<8, 3, true>), (4, tile::<4, 3, true>), (1, tile::<1, 3, true>)],
    &[(6, tile::<6, 4, true>), (3, tile::<3, 4, true>), (1, tile::<1, 4, true>)],
];
const _: () = assert!(ROWS == 12);

/// A loop of at most 12 that is written out, so that what it indexes stays in registers: the compiler decides on
/// unrolling loops of long bodies too late for that.
macro_rules! unrolled {
    ($i:ident < $n:ident, $body:block) => {
        unrolled!($i < $n, $body, 0 1 2 3 4 5 6 7 8 9 10 11)
    };
    ($i:ident < $n:ident, $body:block, $($k:literal)*) => {
        $(if $k < $n {
            let $i: usize = $k;
            $body
        })*
    };
}

#[allow(clippy::needless_range_loop)] // the indices are registers'
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn tile<const R: usize, const P: usize, const WORDS: bool>(
    b: &Block<'_>,
    at: &[usize; ROWS],
    row: usize,
    out: &Out<'_>,
) {
    let depth = b.segments.len().wrapping_mul(b.groups);
    let weights: *const __m512i = match b.weights {
        Weights::Bytes(weights) if !WORDS => weights.as_ptr().cast(),
        Weights::Words(weights) if WORDS => weights.as_ptr().cast(),
        _ => return,
    };
    let mut acc = [[_mm512_setzero_si512(); P]; R];
    // SAFETY: the caller promises that a row's segments lie in `a` with all their groups, and that there are P
    // panels of `depth` groups and P of the bias; loads need no alignment.
    unsafe {
        for p in 0..P {
            let bias = _mm512_loadu_si512(b.bias.as_ptr().add(b.panel.wrapping_add(p)).cast());
            acc.iter_mut().for_each(|acc| acc[p] = bias);
        }
        let mut weights = weights.add(b.panel.wrapping_mul(depth));
        for &segment in b.segments {
            let mut rows = [b.a.as_ptr(); R];
            for r in 0..R {
                rows[r] = rows[r].add(at[r].wrapping_add(segment));
            }
            let mut k = 0usize;
            for _ in 0..b.groups {
                let mut w = [_mm512_setzero_si512(); P];
                for p in 0..P {
                    w[p] = _mm512_loadu_si512(weights.add(p.wrapping_mul(depth)));
                }
                weights = weights.add(1);
                for r in 0..R {
                    let a = _mm512_set1_epi32(rows[r].add(k).cast::<i32>().read_unaligned());
                    for p in 0..P {
                        acc[r][p] = if WORDS {
                            _mm512_dpwssd_epi32(acc[r][p], a, w[p])
                        } else {
                            _mm512_dpbusd_epi32(acc[r][p], a, w[p])
                        };
                    }
                }
                k = k.wrapping_add(4);
            }
        }
    }
    let from = b.panel.wrapping_mul(LANES);
    let whole = b.n.wrapping_sub(from) >= P * LANES;
    let short = b.tail.and_then(|tail| Some((tail.short(b.panel..b.panel.wrapping_add(P))?, tail.ends())));
    match (out.dtype, short) {
        (DType::I8, Some((short, ends))) if whole => {
            let [lo, hi] = ends.map(|v| _mm512_set1_epi32(v));
            unrolled!(p < P, {
                unrolled!(r < R, {
                    let v = _mm512_min_epi32(
                        _mm512_max_epi32(lanes16(&short[p % short.len()], acc[r][p]), lo),
                        hi,
                    );
                    let at = row.wrapping_add(r).wrapping_mul(b.n).wrapping_add(from).wrapping_add(p * LANES);
                    // SAFETY: the tile's rows and panels are its own, and the panels are whole.
                    unsafe { _mm_storeu_si128(out.pointer::<i8>(at).cast(), _mm512_cvtepi32_epi8(v)) };
                });
            });
        }
        (DType::I32, None) if whole && b.tail.is_none() => {
            unrolled!(p < P, {
                unrolled!(r < R, {
                    let at = row.wrapping_add(r).wrapping_mul(b.n).wrapping_add(from).wrapping_add(p * LANES);
                    // SAFETY: as above.
                    unsafe { _mm512_storeu_epi32(out.pointer::<i32>(at), acc[r][p]) };
                });
            });
        }
        _ => {
            let sums = acc; // a copy, or all of the above would be in memory too
            // SAFETY: the tile's promises.
            unsafe { others::<R, P>(b, &sums, row, out) }
        }
    }
}

/// Ragged panels, other types, and tails that have no short form.
///
/// # Safety
/// The tile's.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
unsafe fn others<const R: usize, const P: usize>(
    b: &Block<'_>,
    acc: &[[__m512i; P]; R],
    row: usize,
    out: &Out<'_>,
) {
    for p in 0..P {
        let panel = b.panel.wrapping_add(p);
        let from = panel.wrapping_mul(LANES);
        let lanes = LANES.min(b.n.wrapping_sub(from));
        let mask = u16::MAX.wrapping_shr(LANES.wrapping_sub(lanes) as u32);
        let short =
            b.tail.and_then(|tail| Some((tail.short(panel..panel.wrapping_add(1))?.first()?, tail.ends())));
        for (r, acc) in acc.iter().enumerate() {
            let at = row.wrapping_add(r).wrapping_mul(b.n).wrapping_add(from);
            if let Some((short, [lo, hi])) = short {
                let v = _mm512_max_epi32(lanes16(short, acc[p]), _mm512_set1_epi32(lo));
                let v = _mm512_min_epi32(v, _mm512_set1_epi32(hi));
                // SAFETY: the mask leaves the lanes that the result has; these are the tile's.
                unsafe {
                    match out.dtype {
                        DType::I8 => _mm_mask_storeu_epi8(out.pointer(at), mask, _mm512_cvtepi32_epi8(v)),
                        DType::I16 => {
                            _mm256_mask_storeu_epi16(out.pointer(at), mask, _mm512_cvtepi32_epi16(v))
                        }
                        DType::I32 => _mm512_mask_storeu_epi32(out.pointer(at), mask, v),
                    }
                }
            } else {
                let mut sums = [0; LANES];
                // SAFETY: 64 bytes; the rest is as promised.
                unsafe {
                    _mm512_storeu_si512(sums.as_mut_ptr().cast(), acc[p]);
                    store(b.tail, panel, &sums, at, lanes, out);
                }
            }
        }
    }
}
