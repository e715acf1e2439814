//! Dot products with weights as they came, for a few channels of a long k.

use super::super::isa::{Detected, Isa};
use super::{Gemm, Grid, LANES, Out};

pub(super) fn run(g: &Gemm, isa: Detected, weight: &[i8], a: &[u8], grid: Grid, rows: usize, out: &mut Out<'_>) {
    match isa.isa() {
        Isa::Scalar => body(g, weight, a, grid, rows, out),
        // SAFETY: the machine has the instructions, which is what `Detected` says.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { avx2(g, weight, a, grid, rows, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Vnni => unsafe { avx512(g, weight, a, grid, rows, out) },
        #[cfg(not(target_arch = "x86_64"))]
        _ => body(g, weight, a, grid, rows, out),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(g: &Gemm, weight: &[i8], a: &[u8], grid: Grid, rows: usize, out: &mut Out<'_>) {
    body(g, weight, a, grid, rows, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn avx512(g: &Gemm, weight: &[i8], a: &[u8], grid: Grid, rows: usize, out: &mut Out<'_>) {
    body(g, weight, a, grid, rows, out);
}

/// Wrapping, see the module above.
#[inline(always)]
fn body(g: &Gemm, weight: &[i8], a: &[u8], grid: Grid, rows: usize, out: &mut Out<'_>) {
    let (mut starts, len) = (grid.starts(), g.segments.len);
    for row in 0..rows {
        let at = starts.next();
        let mut channels = weight.chunks_exact(len * g.segments.starts.len());
        for (block, bias) in g.bias.iter().enumerate() {
            let lanes = LANES.min(g.n - block * LANES);
            let mut acc = *bias;
            for (acc, channel) in acc[..lanes].iter_mut().zip(&mut channels) {
                for (segment, w) in g.segments.starts.iter().zip(channel.chunks_exact(len)) {
                    let a = &a[at + segment..][..len];
                    let products = a.iter().zip(w).map(|(&a, &w)| i32::from(a).wrapping_mul(w.into()));
                    *acc = products.fold(*acc, i32::wrapping_add);
                }
            }
            let to = row * g.n + block * LANES;
            match (&mut *out, &g.tail) {
                (Out::I8(y), Some(tail)) => tail.store(block, &acc, &mut y[to..][..lanes]),
                (Out::I32(y), _) => y[to..][..lanes].copy_from_slice(&acc[..lanes]),
                // `out` is i8 just where there is a tail.
                (Out::I8(_), None) => {}
            }
        }
    }
}
