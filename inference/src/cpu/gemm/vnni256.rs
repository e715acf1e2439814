//! Tiles of vpdpbusd with vectors of 32 bytes, for processors that have it (AVX-VNNI) without AVX-512.
//!
//! The instruction has two encodings: VEX, which AVX-VNNI is, and EVEX, which AVX-512 VNNI with VL has. The tile is
//! written once for both. **The VEX form was never executed here**, for want of such a processor: what is tested is the
//! EVEX form, by the tests below; where AVX-VNNI is chosen, the backend's self-test runs before anything else.

use super::{Block, LANES, Out, ROWS, Tiles, Weights, avx2::finish};
use std::arch::x86_64::*;

macro_rules! tile {
    ($name:ident, $features:literal, $dot:ident) => {
        /// R rows of one panel. Registers: 2·R accumulators, two weights and a broadcast, of 16.
        #[allow(clippy::needless_range_loop)] // the indices are registers'
        #[target_feature(enable = $features)]
        unsafe fn $name<const R: usize>(b: &Block<'_>, at: &[usize; ROWS], row: usize, out: &Out<'_>) {
            let depth = b.segments.len().wrapping_mul(b.groups);
            let Weights::Bytes(weights) = b.weights else { return };
            let mut weights: *const __m256i = weights[b.panel.wrapping_mul(depth)..].as_ptr().cast();
            let mut acc = [[_mm256_setzero_si256(); 2]; R];
            let from = b.panel.wrapping_mul(LANES);
            let lanes = LANES.min(b.n.wrapping_sub(from));
            // SAFETY: the caller promises that a row's segments lie in `a` with all their groups, and that there is a
            // panel with a group of 64 weights for each of those; loads need no alignment.
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
                            let four = b.a.as_ptr().add(at[r].wrapping_add(segment)).cast::<i32>().add(g);
                            let a = _mm256_set1_epi32(four.read_unaligned());
                            for h in 0..2 {
                                acc[r][h] = $dot(acc[r][h], a, w[h]);
                            }
                        }
                    }
                }
                for r in 0..R {
                    finish(b, acc[r], row.wrapping_add(r).wrapping_mul(b.n).wrapping_add(from), lanes, out);
                }
            }
        }
    };
}

tile!(vex, "avx2,avxvnni", _mm256_dpbusd_avx_epi32);

pub(super) const TILES: Tiles = &[&[(6, vex::<6>), (2, vex::<2>), (1, vex::<1>)]];

#[cfg(test)]
mod tests {
    use super::super::{Gemm, Grid, Segments};
    use super::*;
    use crate::cpu::{isa::Detected, team::Team};
    use isocortex_model::DType;

    tile!(evex, "avx2,avx512f,avx512vl,avx512vnni", _mm256_dpbusd_epi32);

    #[test]
    fn the_other_encoding_gives_the_sums() {
        let Ok(isa) = Detected::new(crate::Isa::Avx512Vnni) else {
            eprintln!("NOT TESTED: this machine has no AVX-512 VNNI");
            return;
        };
        for (rows, k, n) in [(1, 3, 1), (7, 10, 16), (13, 33, 40), (30, 64, 17)] {
            let weight: Vec<i8> = (0..n * k).map(|i| (i * 37 % 256) as u8 as i8).collect();
            let a: Vec<u8> = (0..rows * k + 4).map(|i| (i * 91 % 253) as u8).collect();
            let bias: Vec<i32> = (0..n as i32).map(|i| 1000 * i - 7).collect();
            let segments = Segments { starts: vec![0], len: k };
            let gemm = Gemm::new(isa, rows, (&weight, &bias), -128, segments, None).unwrap();
            let gemm = Gemm { tiles: &[&[(6, evex::<6>), (2, evex::<2>), (1, evex::<1>)]], ..gemm };
            let mut y = vec![0; rows * n];
            let mut out = Out::new(&mut y, DType::I32, rows * n);
            gemm.run(&a, Grid { columns: rows, step: [0, k] }, rows, &mut out, &Team::alone());
            for (at, &y) in y.iter().enumerate() {
                let (row, channel) = (at / n, at % n);
                let products = (0..k).map(|i| i32::from(a[row * k + i]) * i32::from(weight[channel * k + i]));
                assert_eq!(y, bias[channel] + products.sum::<i32>(), "{rows} {k} {n}");
            }
        }
    }
}
