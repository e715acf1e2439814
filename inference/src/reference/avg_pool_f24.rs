use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::AvgPoolF24;

/// `S = r24(S + r24((x − operand_zero_point)·mx))` over the window's positions inside x, row by row;
/// `(m, e) = quot(quot(norm(S, sx), n), my)` with e less by sy; then m/2^e + offset is rounded to 24 bits and to an
/// integer, and `y = clamp(v + zero_point, lo, hi)`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::AvgPoolF24;
/// let op = AvgPoolF24 {
///     kernel: [1, 2],
///     stride: [1, 1],
///     pads: [0; 4],
///     count_padding: false,
///     operand_zero_point: 0,
///     multipliers: [1 << 23, 1 << 23],
///     shifts: [23, 24], // 1 and a half: the mean, doubled
///     offset: 0,
///     zero_point: 10,
///     lo: -128,
///     hi: 127,
/// };
/// let (x, mut y) = (Wide::of(&[1, 3, 1], &[1, 2, 100]), Wide::zeros(&[1, 2, 1]));
/// op.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [13, 112]);
/// ```
impl Compute for AvgPoolF24 {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for c in 0..y.shape[2] {
                    let (mut sum, mut inside) = (0, 0);
                    for u in 0..self.kernel[0] as usize {
                        let Some(row) = tap(i, self.stride[0], u, 1, self.pads[0], x.shape[0]) else {
                            continue;
                        };
                        for v in 0..self.kernel[1] as usize {
                            let Some(col) = tap(j, self.stride[1], v, 1, self.pads[1], x.shape[1]) else {
                                continue;
                            };
                            sum = self.add(sum, x.data[x.at(&[row, col, c])]);
                            inside += 1;
                        }
                    }
                    let at = y.at(&[i, j, c]);
                    y.data[at] = self.finish(sum, inside);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    const OP: AvgPoolF24 = AvgPoolF24 {
        kernel: [1, 2],
        stride: [1, 2],
        pads: [0; 4],
        count_padding: false,
        operand_zero_point: 0,
        multipliers: [1 << 23; 2],
        shifts: [23; 2],
        offset: 0,
        zero_point: 0,
        lo: -128,
        hi: 127,
    };

    /// Means of pairs with scales of 1: ties to even, the offset before the rounding, the zero point after it.
    #[test]
    fn ties_go_to_even() {
        let x = Wide::of(&[1, 8, 1], &[1, 2, 2, 3, -1, -2, 127, 127]);
        for (op, wanted) in [
            (OP, [2, 2, -2, 127]),
            (AvgPoolF24 { offset: 1, ..OP }, [2, 4, 0, 127]),
            (AvgPoolF24 { zero_point: 1, ..OP }, [3, 3, -1, 127]),
            (AvgPoolF24 { operand_zero_point: 1, ..OP }, [0, 2, -2, 126]),
        ] {
            assert_eq!(result(&op, &[&x], &[], &[1, 4, 1]), wanted, "{op:?}");
        }
    }

    /// What cannot matter is cut: scales 2^62 apart give the offset, or the clamp's ends.
    #[test]
    fn scales_far_apart() {
        let x = Wide::of(&[1, 6, 1], &[1, 2, -1, -2, 0, 0]);
        let small = AvgPoolF24 { shifts: [62, 0], offset: 7, ..OP };
        assert_eq!(result(&small, &[&x], &[], &[1, 3, 1]), [7, 7, 7]);
        let large = AvgPoolF24 { shifts: [0, 62], offset: 7, ..OP };
        assert_eq!(result(&large, &[&x], &[], &[1, 3, 1]), [127, -128, 7]);
    }

    /// A padded window of one element, divided by 1 or by 2.
    #[test]
    fn padding_counts_where_it_should() {
        let x = Wide::of(&[1, 1, 1], &[6]);
        let op = AvgPoolF24 { pads: [0, 1, 0, 0], ..OP };
        assert_eq!(result(&op, &[&x], &[], &[1, 1, 1]), [6]);
        assert_eq!(result(&AvgPoolF24 { count_padding: true, ..op }, &[&x], &[], &[1, 1, 1]), [3]);
    }
}
