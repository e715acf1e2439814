use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::{AvgPool, q31s};

/// `acc = Σ (x − zx)` over the n positions of the window inside x (n is `KH·KW` where padding counts);
/// `m = floor((2^30 + 1)·2^k / n)`, `s = 30 + k` with k the bits of `n − 1`; `y = clamp(q31s(acc, m, s) + zy)`
/// to the type's range.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::AvgPool;
/// let (kernel, stride, pads, zero_points) = ([1, 2], [1, 2], [0, 1, 0, 0], [0, 0]);
/// for (count_padding, wanted) in [(false, [5, 8]), (true, [3, 8])] {
///     let op = AvgPool { kernel, stride, pads, zero_points, count_padding };
///     let (x, mut y) = (Wide::of(&[1, 3, 1], &[5, 7, 8]), Wide::zeros(&[1, 2, 1]));
///     op.compute(&[&x], &[], &mut y);
///     assert_eq!(y.data, wanted); // 7.5 rounds up, and 2.5 of the padded window
/// }
/// ```
impl Compute for AvgPool {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        let [zx, zy] = self.zero_points;
        let all = y.dtype.range();
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for c in 0..y.shape[2] {
                    let (mut acc, mut n) = (0, 0);
                    for u in 0..self.kernel[0] as usize {
                        let Some(row) = tap(i, self.stride[0], u, 1, self.pads[0], x.shape[0]) else {
                            continue;
                        };
                        for v in 0..self.kernel[1] as usize {
                            let Some(col) = tap(j, self.stride[1], v, 1, self.pads[1], x.shape[1]) else {
                                continue;
                            };
                            acc += x.data[x.at(&[row, col, c])] - zx;
                            n += 1;
                        }
                    }
                    if self.count_padding {
                        n = self.kernel[0] * self.kernel[1];
                    }
                    let (m, s) = AvgPool::reciprocal(n);
                    let at = y.at(&[i, j, c]);
                    y.data[at] = (q31s(acc, m, s) + i64::from(zy)).clamp(all.lo.into(), all.hi.into()) as i32;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;
    use isocortex_model::DType;

    fn op(side: u32, stride: u32, pad: u32, count_padding: bool) -> AvgPool {
        let (kernel, stride, pads) = ([side; 2], [stride; 2], [pad; 4]);
        AvgPool { kernel, stride, pads, zero_points: [0, 0], count_padding }
    }

    /// The answers that the ONNX standard's page gives for its AveragePool of 1 to 25, rounded, halves up.
    #[test]
    fn onnx_examples() {
        let x = Wide::of(&[5, 5, 1], &(1..=25).collect::<Vec<_>>());
        // 2.52 3.6 4.8 4.08 3.24, 4.56 6.4 8.4 7.04 5.52, 7.2 10 13 10.8 8.4, 6.96 9.6 12.4 10.24 7.92, 6.12 …
        let counted = [3, 4, 5, 4, 3, 5, 6, 8, 7, 6, 7, 10, 13, 11, 8, 7, 10, 12, 10, 8, 6, 8, 11, 9, 7];
        // 7 7.5 8 8.5 9, 9.5 10 10.5 11 11.5, 12 …
        let inside =
            [7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19];
        let cases: [(_, &[i32]); 3] = [
            (op(5, 1, 2, true), &counted),
            (op(5, 1, 2, false), &inside),
            (op(2, 2, 0, false), &[4, 6, 14, 16]),
        ];
        for (op, wanted) in cases {
            let side = if wanted.len() == 4 { 2 } else { 5 };
            assert_eq!(result(&op, &[&x], &[], &[side, side, 1]), wanted, "{op:?}");
        }
    }

    /// Means of two i8, by hand, through both zero points and the type's ends. The reciprocal is a little more than
    /// 1/n, so that −1.5 becomes −2: (−3·(2^30 + 1) + 2^30) >> 31.
    #[test]
    fn zero_points_and_clamp() {
        for (zero_points, a, b, wanted) in [
            ([0, 0], -3, 0, -2),
            ([-128, 127], 127, 127, 127),
            ([127, -128], -128, 0, -128),
            ([5, -7], 8, 9, -3),
        ] {
            let op = AvgPool { zero_points, kernel: [2, 1], ..op(1, 1, 0, false) };
            let mut y = Wide::zeros(&[1, 1, 1]).typed(DType::I8);
            op.compute(&[&Wide::of(&[2, 1, 1], &[a, b])], &[], &mut y);
            assert_eq!(y.data, [wanted]);
        }
    }
}
