use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::AddF24;

/// `t = r24((b − zb)·mb + fixed)`, `y = clamp(rne(r24((a − za)·ma + t), s) + zero_point, lo, hi)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::AddF24;
/// // a/2 + b/4 + 1
/// let (multipliers, zero_points, fixed, shift) = ([2, 1], [0, 0], 4, 2);
/// let op = AddF24 { multipliers, zero_points, fixed, shift, zero_point: 0, lo: -128, hi: 127 };
/// let (a, b, mut y) = (Wide::of(&[3], &[1, 2, -3]), Wide::of(&[3], &[1, 2, 0]), Wide::zeros(&[3]));
/// op.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [2, 2, 0]); // 1.75, 2.5, −0.5
/// ```
impl Compute for AddF24 {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        each(x, y, |a, b| self.apply(a, b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// 2^24 + 1 and 2^24 + 3 do not fit 24 bits and become 2^24 and 2^24 + 4 before the −2^24 of the other operand
    /// comes; with the operands exchanged nothing is lost.
    #[test]
    fn operands_do_not_commute() {
        let large = Wide::of(&[1, 1], &[-128]); // times 2^17
        let small = Wide::of(&[1, 3], &[1, 3, 2]);
        for (multipliers, operands, wanted) in
            [([1 << 17, 1], [&large, &small], [0, 4, 2]), ([1, 1 << 17], [&small, &large], [1, 3, 2])]
        {
            let (zero_points, fixed, shift) = ([0, 0], 1 << 24, 0);
            let op = AddF24 { multipliers, zero_points, fixed, shift, zero_point: 0, lo: -128, hi: 127 };
            assert_eq!(result(&op, &operands, &[], &[1, 3]), wanted);
        }
    }
}
