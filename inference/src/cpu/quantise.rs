//! AbsMaxRow, DynQuantRow, RescaleRow.

use super::element::{Int, view};
use super::isa::Operands;
use super::rows::Rows;
use isocortex_model::{Model, ops};
use std::marker::PhantomData;

/// AbsMaxRow of rows of `k`.
pub(super) struct AbsMaxRow<X> {
    pub rows: usize,
    pub k: usize,
    pub types: PhantomData<fn(X)>,
}

impl<X: Int> Rows for AbsMaxRow<X> {
    type Y = i32;

    fn shape(&self) -> [usize; 2] {
        [self.rows, 1]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [i32]) {
        let x = &view::<X>(x[0], self.rows * self.k)[first * self.k..];
        for (y, x) in y.iter_mut().zip(x.chunks_exact(self.k)) {
            *y = x.iter().fold(1, |most, &x| {
                let x: i32 = x.into();
                most.max(x.wrapping_abs()) // −2^31 has been ruled out
            });
        }
    }
}

/// DynQuantRow.
pub(super) struct DynQuantRow<X> {
    pub rows: usize,
    pub k: usize,
    /// The result is kept 128 more.
    pub turned: bool,
    pub types: PhantomData<fn(X)>,
}

impl<X: Int> Rows for DynQuantRow<X> {
    type Y = u8;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.k]
    }

    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [u8]) {
        let (row, x) = (&view::<i32>(x[1], self.rows)[first..], view::<X>(x[0], self.rows * self.k));
        let x = x[first * self.k..].chunks_exact(self.k);
        let turn = if self.turned { 0x80 } else { 0 };
        for ((y, x), &row) in y.chunks_exact_mut(self.k).zip(x).zip(row) {
            let (m, s) = ops::DynQuantRow::scale(row);
            // As `q31s`, whose sum stays in i64.
            let (m, round) = (i64::from(m), 1i64 << (s - 1));
            for (y, &x) in y.iter_mut().zip(x) {
                let x: i64 = x.into();
                let v = x.wrapping_mul(m).wrapping_add(round).wrapping_shr(s);
                *y = v.clamp(-127, 127) as u8 ^ turn;
            }
        }
    }
}

/// RescaleRow.
pub(super) struct RescaleRow<Y> {
    rows: usize,
    /// Elements of a row.
    n: usize,
    /// One, or as many as a row has elements.
    multiplier: Vec<i32>,
    round: Vec<i64>,
    shift: Vec<i64>,
    row_shift: u32,
    zero_point: i64,
    lo: i64,
    hi: i64,
    types: PhantomData<fn() -> Y>,
}

impl<Y> RescaleRow<Y> {
    pub fn new(model: &Model, op: &ops::RescaleRow, rows: usize, n: usize) -> Self {
        let multiplier = model.constants()[op.multiplier as usize].as_i32();
        let shift = model.constants()[op.shift as usize].as_i8();
        let shift: Vec<i64> = shift.iter().map(|&s| s.into()).collect();
        Self {
            rows,
            n,
            multiplier: multiplier.to_vec(),
            round: shift.iter().map(|s| 1 << (s - 1)).collect(),
            shift,
            row_shift: op.row_shift.into(),
            zero_point: op.zero_point.into(),
            lo: op.lo.into(),
            hi: op.hi.into(),
            types: PhantomData,
        }
    }
}

impl<Y: Int> Rows for RescaleRow<Y> {
    type Y = Y;

    fn shape(&self) -> [usize; 2] {
        [self.rows, self.n]
    }

    /// Wrapping operations are exact: by SPEC.md no product or sum leaves i64.
    #[inline(always)]
    fn rows(&self, x: Operands<'_>, first: usize, y: &mut [Y]) {
        let n = self.n;
        let (row, x) = (&view::<i32>(x[1], self.rows)[first..], view::<i32>(x[0], self.rows * n));
        let (ends, round) = ([i64::from(i32::MIN), i64::from(i32::MAX)], 1i64 << (self.row_shift - 1));
        for ((y, x), &row) in y.chunks_exact_mut(n).zip(x[first * n..].chunks_exact(n)).zip(row) {
            let row = i64::from(row);
            let element = |x: i32, multiplier: i32, round_u: i64, shift: i64| {
                let product = i64::from(x).wrapping_mul(i64::from(multiplier));
                let u = product.wrapping_add(round_u).wrapping_shr(shift as u32);
                let u = u.max(ends[0]).min(ends[1]) as i32;
                let v = i64::from(u).wrapping_mul(row).wrapping_add(round).wrapping_shr(self.row_shift);
                Y::wrap(v.wrapping_add(self.zero_point).max(self.lo).min(self.hi))
            };
            let (y, x) = (&mut y[..n], &x[..n]);
            if let (&[m], &[round_u], &[s]) = (&self.multiplier[..], &self.round[..], &self.shift[..]) {
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = element(x, m, round_u, s));
            } else {
                let (m, round_u, s) = (&self.multiplier[..n], &self.round[..n], &self.shift[..n]);
                for i in 0..n {
                    y[i] = element(x[i], m[i], round_u[i], s[i]);
                }
            }
        }
    }
}
