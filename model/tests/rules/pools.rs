use super::{given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, ops::*};

fn max_pool(kernel: [u32; 2], stride: [u32; 2], pads: [u32; 4]) -> Op {
    Op::MaxPool(MaxPool { kernel, stride, pads })
}

#[test]
fn pools_hold_their_windows() {
    let avg = |kernel, stride, pads| {
        Op::AvgPool(AvgPool { kernel, stride, pads, zero_points: [0, 0], count_padding: false })
    };
    let f24 = |kernel, stride, pads| Op::AvgPoolF24(AvgPoolF24 { kernel, stride, pads, ..F24 });
    let pools: [fn(_, _, _) -> Op; 3] = [max_pool, avg, f24];
    for pool in pools {
        let x = (I8, &[70, 70, 17][..], -5, 9);
        let accepted = rule(&[x], vec![], pool([64, 64], [64, 1], [63, 0, 0, 63])).unwrap();
        assert_eq!((&accepted.shape[..], accepted.steps), (&[2, 70, 17][..], 2 * 70 * 64 * 64 * 2));
        for (kernel, stride, pads, word) in [
            ([65, 1], [1, 1], [0; 4], "kernel"),
            ([1, 0], [1, 1], [0; 4], "kernel"),
            ([u32::MAX, 1], [1, 1], [0; 4], "kernel"),
            ([2, 2], [0, 1], [0; 4], "stride"),
            ([2, 2], [1, 65], [0; 4], "stride"),
            ([2, 3], [1, 1], [2, 0, 0, 0], "pads"),
            ([2, 3], [1, 1], [0, 3, 0, 0], "pads"),
            ([3, 2], [1, 1], [0, 0, 0, 2], "pads"),
        ] {
            refused(&[x], vec![], pool(kernel, stride, pads), word);
        }
        refused(&[(I8, &[2, 9, 1], 0, 1)], vec![], pool([3, 1], [1, 1], [0; 4]), "fit");
        refused(&[(I8, &[2, 9], 0, 1)], vec![], pool([1, 1], [1, 1], [0; 4]), "[H, W, C]");
        refused(&[(I32, &[2, 9, 1], 0, 1)], vec![], pool([1, 1], [1, 1], [0; 4]), "I8");
    }
}

#[test]
fn max_pool_takes_i16() {
    let x = (I16, &[4, 4, 2][..], -300, 9);
    let wanted = given(I16, &[2, 2, 2], (-300, 9), [0, 2 * 2 * 4, 16 + 64]);
    assert_eq!(rule(&[x], vec![], max_pool([2, 2], [2, 2], [0; 4])), Ok(wanted));
}

#[test]
fn avg_pool() {
    let op = |zero_points, count_padding, pads| {
        Op::AvgPool(AvgPool { kernel: [2, 2], stride: [2, 2], pads, zero_points, count_padding })
    };
    let x = (I16, &[4, 4, 2][..], 300, 900);
    let cost = [8, 2 * 2 * 4, 16 + 64];
    assert_eq!(
        rule(&[x], vec![], op([100, -7], false, [0; 4])),
        Ok(given(I16, &[2, 2, 2], (193, 793), cost))
    );
    // Zeros count where there may be padding, and it counts.
    for (zero_points, counts, pads, interval) in [
        ([100, -7], true, [0; 4], (193, 793)),
        ([100, -7], false, [0, 1, 0, 0], (193, 793)),
        ([100, -7], true, [0, 1, 0, 0], (-7, 793)),
        ([1_000, 0], true, [1, 0, 0, 0], (-700, 0)),
        ([-32_768, 32_767], false, [0; 4], (32_767, 32_767)),
        ([32_767, -32_768], false, [0; 4], (-32_768, -32_768)),
    ] {
        let given = rule(&[x], vec![], op(zero_points, counts, pads)).unwrap();
        assert_eq!(given.interval, interval, "{zero_points:?} {counts} {pads:?}");
    }
    refused(&[x], vec![], op([32_768, 0], false, [0; 4]), "zero_point");
    refused(&[(I8, &[2, 2, 1], 0, 1)], vec![], op([0, 128], false, [0; 4]), "zero_point");
}

const F24: AvgPoolF24 = AvgPoolF24 {
    kernel: [2, 2],
    stride: [1, 1],
    pads: [0; 4],
    count_padding: false,
    operand_zero_point: -128,
    multipliers: [1 << 23, (1 << 24) - 1],
    shifts: [0, 62],
    offset: 1 << 15,
    zero_point: -128,
    lo: -128,
    hi: 127,
};

#[test]
fn avg_pool_f24() {
    let x = (I8, &[3, 3, 2][..], -5, 9);
    let op = |op| Op::AvgPoolF24(op);
    let wanted = given(I8, &[2, 2, 2], (-128, 127), [8 * 4, 2 * 2 * 4, 8 + 18]);
    assert_eq!(rule(&[x], vec![], op(F24)), Ok(wanted));
    for (bad, word) in [
        (AvgPoolF24 { operand_zero_point: -129, ..F24 }, "zero_point"),
        (AvgPoolF24 { multipliers: [(1 << 23) - 1, 1 << 23], ..F24 }, "multipliers"),
        (AvgPoolF24 { multipliers: [1 << 23, 1 << 24], ..F24 }, "multipliers"),
        (AvgPoolF24 { multipliers: [0, 1 << 23], ..F24 }, "multipliers"),
        (AvgPoolF24 { shifts: [63, 0], ..F24 }, "shifts"),
        (AvgPoolF24 { shifts: [0, 63], ..F24 }, "shifts"),
        (AvgPoolF24 { offset: (1 << 15) + 1, ..F24 }, "offset"),
        (AvgPoolF24 { offset: -(1 << 15) - 1, ..F24 }, "offset"),
        (AvgPoolF24 { zero_point: 128, ..F24 }, "zero_point"),
        (AvgPoolF24 { lo: 1, hi: 0, ..F24 }, "lo"),
        (AvgPoolF24 { hi: 128, ..F24 }, "hi"),
    ] {
        refused(&[x], vec![], op(bad), word);
    }
    refused(&[(I16, &[3, 3, 2], 0, 1)], vec![], op(F24), "needs I8");
}
