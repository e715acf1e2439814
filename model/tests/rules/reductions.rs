use super::{Operand, given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, ops::*};

#[test]
fn extremes_and_orders() {
    let x: Operand<'_> = (I16, &[2, 3, 5], -7, 9);
    let bytes = |n: u64| n + 60;
    for op in [
        |axes: &[u8]| Op::ReduceMax(ReduceMax { axes: axes.to_vec() }),
        |axes: &[u8]| Op::ReduceMin(ReduceMin { axes: axes.to_vec() }),
    ] {
        let cases: [(&[u8], &[u32]); 4] =
            [(&[0], &[3, 5]), (&[1, 2], &[2]), (&[0, 1, 2], &[1]), (&[2], &[2, 3])];
        for (axes, shape) in cases {
            let n = u64::from(shape.iter().product::<u32>());
            assert_eq!(rule(&[x], vec![], op(axes)), Ok(given(I16, shape, (-7, 9), [30, 8, bytes(2 * n)])));
        }
        for axes in [&[][..], &[3], &[1, 0], &[1, 1], &[0, 1, 2, 255]] {
            refused(&[x], vec![], op(axes), "axes");
        }
    }
    let cum_sum = |axis| Op::CumSum(CumSum { axis });
    // (2^31 − 1) / 26 = 82,595,524.9
    let wide = (I32, &[26, 2][..], -82_595_524, 5);
    assert_eq!(rule(&[wide], vec![], cum_sum(0)).unwrap().interval, (-2_147_483_624, 130));
    refused(&[(I32, &[26, 2], -82_595_525, 5)], vec![], cum_sum(0), "overflow");
    refused(&[x], vec![], cum_sum(3), "axes");
    let arg_max = |axis| Op::ArgMax(ArgMax { axis });
    assert_eq!(rule(&[x], vec![], arg_max(1)), Ok(given(I32, &[2, 5], (0, 2), [30, 8, bytes(40)])));
    assert_eq!(rule(&[(I8, &[7], 0, 1)], vec![], arg_max(0)), Ok(given(I32, &[1], (0, 6), [7, 2, 11])));
    refused(&[x], vec![], arg_max(3), "axes");

    let top = |k| Op::TopK(TopK { k });
    // 5 has three bits.
    assert_eq!(rule(&[x], vec![], top(5)), Ok(given(I32, &[2, 3, 5], (0, 4), [90, 90, bytes(120)])));
    assert_eq!(rule(&[x], vec![], top(1)).unwrap().shape, [2, 3, 1]);
    assert_eq!(rule(&[(I8, &[4, 1], 0, 1)], vec![], top(1)).unwrap().macs, 4);
    for k in [0, 6, u32::MAX] {
        refused(&[x], vec![], top(k), "k");
    }
}
