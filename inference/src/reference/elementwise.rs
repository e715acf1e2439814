use super::tensor::Wide;
use isocortex_model::ops::{Clamp, Rescale, q31s};

/// `y = clamp(q31s(x, m, s) + zero_point, lo, hi)`, m and s by the index of the last dimension.
pub fn rescale(op: &Rescale, x: &Wide, multiplier: &Wide, shift: &Wide, y: &mut Wide) {
    let n = multiplier.data.len();
    for (i, (y, &x)) in y.data.iter_mut().zip(&x.data).enumerate() {
        // n is 1 or the size of the last dimension; rows start at multiples of it.
        let (m, s) = (multiplier.data[i % n], shift.data[i % n]);
        *y = (q31s(x, m, s as u32) + i64::from(op.zero_point)).clamp(op.lo.into(), op.hi.into()) as i32;
    }
}

/// `y = min(max(x, lo), hi)`.
pub fn clamp(op: &Clamp, x: &Wide, y: &mut Wide) {
    for (y, &x) in y.data.iter_mut().zip(&x.data) {
        *y = x.clamp(op.lo, op.hi);
    }
}

/// `y = table[x + 128]`.
pub fn table8(x: &Wide, table: &Wide, y: &mut Wide) {
    for (y, &x) in y.data.iter_mut().zip(&x.data) {
        *y = table.data[(x + 128) as usize];
    }
}
