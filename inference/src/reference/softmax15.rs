use super::{Compute, Wide};
use isocortex_model::ops::Softmax15;

/// Per row: `d_k = max_j x_j − x_k`, `t_k = (d_k·m) >> s`, `e_k = table[t_k mod 256] >> min(floor(t_k / 256), 15)`,
/// `S = Σ e_k`, `y_k = min(floor((e_k·2^15 + floor(S/2)) / S), 32767)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Softmax15;
/// // A difference of 1 is a power of two: 4/7, 2/7 and 1/7 of 32,768. Of the table only its first entry is read.
/// let op = Softmax15 { table: 0, multiplier: 256, shift: 0 };
/// let (x, table) = (Wide::of(&[1, 3], &[2, 1, 0]), Wide::of(&[256], &[1 << 14; 256]));
/// let mut y = Wide::zeros(&[1, 3]);
/// op.compute(&[&x], &[&table], &mut y);
/// assert_eq!(y.data, [18725, 9362, 4681]);
/// ```
impl Compute for Softmax15 {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let (table, k) = (constants[0], x[0].shape.last().copied().unwrap_or(1));
        let multiplier = i64::from(self.multiplier);
        for (y, x) in y.data.chunks_mut(k).zip(x[0].data.chunks(k)) {
            let most = x.iter().copied().map(i64::from).max().unwrap_or(0);
            let mut sum = 0;
            for (y, &x) in y.iter_mut().zip(x) {
                let t = ((most - i64::from(x)) * multiplier) >> self.shift;
                *y = table.data[(t % 256) as usize] >> (t / 256).min(15);
                sum += i64::from(*y);
            }
            for y in y {
                *y = ((i64::from(*y) * 32768 + sum / 2) / sum).min(32767) as i32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let table =
            Wide::of(&[256], &(0..256).map(|i| if i == 0 { 32767 } else { 256 - i }).collect::<Vec<_>>());
        for (multiplier, shift, x, wanted) in [
            (1, 0, vec![-5], vec![32767]),          // 32,768 is cut
            (1, 0, vec![3, 3], vec![16384, 16384]), // (32,767 · 2^15 + 32,767) / 65,534 = 16,384.5
            (0, 0, vec![i32::MIN, i32::MAX], vec![16384, 16384]),
            // t = (2^32 − 1)(2^31 − 1): far beyond 15 halvings of an entry below 2^15.
            (i32::MAX, 0, vec![i32::MIN, i32::MAX], vec![0, 32767]),
            // d = 255: e = 1; 2^15 / 32,768 and 32,767 · 2^15 / 32,768.
            (1, 0, vec![0, 255], vec![1, 32767]),
            // d = 256: t wraps to table[0], halved: 16,383 of 49,150.
            (1, 0, vec![0, 256], vec![10922, 21846]),
            (1 << 30, 62, vec![i32::MIN, i32::MAX], vec![16384, 16384]), // t = 0
        ] {
            let op = Softmax15 { table: 0, multiplier, shift };
            let mut y = Wide::zeros(&[1, x.len() as u32]);
            op.compute(&[&Wide::of(&[1, x.len() as u32], &x)], &[&table], &mut y);
            assert_eq!(y.data, wanted, "{op:?} {x:?}");
        }
    }
}
