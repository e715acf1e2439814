//! BatchMatMul: the second operand is packed on each run, as weights are at load.

use super::element::{Int, view};
use super::gemm::{Gemm, Grid, Out, Segments};
use super::isa::{Detected, Kernel, Operands};
use super::team::Team;
use crate::Error;
use isocortex_model::DType;

/// BatchMatMul of an operand of 8 or 16 bits and one of 8, whose zero point is 0.
pub(super) struct BatchMatMul {
    pub isa: Detected,
    /// Products, and m, k and n of each.
    pub batch: usize,
    pub m: usize,
    pub k: usize,
    pub n: usize,
    pub zero_point: i32,
    /// The second operand is `[…, n, k]`.
    pub transposed: bool,
    /// The first operand is of 16 bits.
    pub words: bool,
}

/// Multiply-accumulates of a product below which packing takes longer than they do.
const SMALL: usize = 512;

impl Kernel for BatchMatMul {
    /// Of a product a thread: the second operand turned and packed (see `gemm/pack.rs`), a bias, the first operand.
    fn heap(&self, threads: usize) -> usize {
        let product = 10 * self.k * self.n + 9 * self.n + self.m * self.k + (1 << 17) + 256;
        product * threads.min(self.batch)
    }

    fn run(&self, x: Operands<'_>, y: &mut [i32], _: &mut [u8], team: &Team) {
        let &Self { batch, m, k, n, .. } = self;
        let b = view::<i8>(x[1], batch * k * n);
        let out = Out::new(y, DType::I32, batch * m * n);
        team.each(batch, &|i| {
            let b = &b[i * k * n..][..k * n];
            // SAFETY: one product is one task's.
            let mut out = unsafe { out.section(i * m * n, m * n) };
            if m * k * n < SMALL {
                return self.plain(x[0], b, i, &out);
            }
            let mut turned = vec![];
            let rows = if self.transposed {
                b
            } else {
                turned.reserve_exact(k * n);
                (0..n).for_each(|j| turned.extend(b[j..].iter().step_by(n)));
                &turned
            };
            if self.product(x[0], rows, i, &mut out).is_err() {
                self.plain(x[0], b, i, &out); // there is no memory to pack in
            }
        });
    }
}

impl BatchMatMul {
    /// The `i`-th product, with its second operand as `[n, k]`.
    fn product(&self, a: &[i32], b: &[i8], i: usize, out: &mut Out<'_>) -> Result<(), Error> {
        let &Self { isa, m, k, n, zero_point, words, .. } = self;
        let bias = vec![0; n];
        let grid = |step| Grid { columns: m, step: [0, step] };
        let all: &[u8] = bytemuck::cast_slice(a);
        if words {
            let segments = Segments { starts: vec![0], len: 2 * k };
            Gemm::words(isa, (b, &bias), zero_point, segments, None)
                .map(|gemm| gemm.run(&all[i * m * k * 2..], grid(2 * k), m, out, &Team::alone()))
        } else {
            let mut a: Vec<u8> = all[i * m * k..][..m * k].iter().map(|&a| a ^ 0x80).collect();
            a.extend([0; 4]);
            let segments = Segments { starts: vec![0], len: k };
            Gemm::new(isa, m, (b, &bias), zero_point, segments, None)
                .map(|gemm| gemm.run(&a, grid(k), m, out, &Team::alone()))
        }
    }

    /// The `i`-th product from the operands as they lie, with `b` its part of the second.
    fn plain(&self, a: &[i32], b: &[i8], i: usize, out: &Out<'_>) {
        if self.words {
            self.sums(&bytemuck::cast_slice::<i32, i16>(a)[i * self.m * self.k..], b, out);
        } else {
            self.sums(&bytemuck::cast_slice::<i32, i8>(a)[i * self.m * self.k..], b, out);
        }
    }

    fn sums<A: Int>(&self, a: &[A], b: &[i8], out: &Out<'_>) {
        let &Self { m, k, n, .. } = self;
        let (column, step) = if self.transposed { (k, 1) } else { (1, n) };
        for (i, a) in a.chunks_exact(k).take(m).enumerate() {
            for j in 0..n {
                let products = a.iter().zip(b[j * column..].iter().step_by(step)).map(|(&a, &b)| {
                    let a: i32 = a.into();
                    (a - self.zero_point).wrapping_mul(b.into())
                });
                let sum = products.fold(0, i32::wrapping_add);
                // SAFETY: the product is this task's.
                unsafe { *out.pointer::<i32>(i * n + j) = sum };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_packs_a_product_of_its_own() {
        let isa = Detected::new(crate::Isa::Scalar).unwrap();
        let (batch, m, k, n, zero_point) = (3, 2, 5, 7, 0);
        let op = BatchMatMul { isa, batch, m, k, n, zero_point, transposed: true, words: true };
        assert_eq!([2, 3, 64].map(|threads| op.heap(threads) / op.heap(1)), [2, 3, 3]);
    }
}
