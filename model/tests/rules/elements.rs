use super::{Operand, given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, ops::*};

const MIN: i32 = i32::MIN;
const MAX: i32 = i32::MAX;

fn one(lo: i32, hi: i32) -> Operand<'static> {
    (I32, &[1], lo, hi)
}

#[test]
fn broadcasting() {
    let add = || Op::Add(Add {});
    for (a, b, y) in [
        (&[2, 3][..], &[2, 3][..], &[2, 3][..]),
        (&[2, 1], &[1, 3], &[2, 3]),
        (&[1, 1, 4], &[5, 1, 1], &[5, 1, 4]),
        (&[1], &[1], &[1]),
        (&[1, 1, 1, 1, 1, 2], &[3, 1, 1, 1, 1, 1], &[3, 1, 1, 1, 1, 2]),
    ] {
        let given = rule(&[(I8, a, -1, 1), (I8, b, -1, 1)], vec![], add()).unwrap();
        assert_eq!(given.shape, y);
    }
    for (a, b) in [(&[2, 3][..], &[3][..]), (&[2], &[3]), (&[2, 3], &[3, 2]), (&[1], &[1, 1])] {
        refused(&[(I8, a, -1, 1), (I8, b, -1, 1)], vec![], add(), "broadcast");
    }
    // 2^14 · 2^14 elements are at the limit of 2^28; as i32 they are 2^30 bytes, and with the operands too many.
    let (column, row) = ((I8, &[1 << 14, 1][..], 0, 1), (I8, &[1, 1 << 15][..], 0, 1));
    refused(&[column, row], vec![], add(), "elements of one tensor");
}

#[test]
fn add_sub_mul() {
    let (x, y) = ((I8, &[2, 1][..], -3, 5), (I16, &[1, 3][..], -10, 7));
    // 6 elements of 4 bytes, operands of 2 and of 6 bytes.
    let wanted = |interval| given(I32, &[2, 3], interval, [6, 0, 24 + 2 + 6]);
    assert_eq!(rule(&[x, y], vec![], Op::Add(Add {})), Ok(wanted((-13, 12))));
    assert_eq!(rule(&[x, y], vec![], Op::Sub(Sub {})), Ok(wanted((-10, 15))));
    assert_eq!(rule(&[x, y], vec![], Op::Mul(Mul {})), Ok(wanted((-50, 35))));

    for (op, a, b, interval) in [
        (Op::Add(Add {}), (MIN, MAX - 1), (0, 1), (MIN, MAX)),
        (Op::Sub(Sub {}), (MIN + 1, MAX), (0, 1), (MIN, MAX)),
        (Op::Mul(Mul {}), (-46_340, 46_340), (-46_340, 46_340), (-2_147_395_600, 2_147_395_600)),
        (Op::Mul(Mul {}), (MIN, MIN), (1, 1), (MIN, MIN)),
    ] {
        assert_eq!(rule(&[one(a.0, a.1), one(b.0, b.1)], vec![], op).unwrap().interval, interval);
    }
    for (op, a, b) in [
        (Op::Add(Add {}), (0, MAX), (0, 1)),
        (Op::Add(Add {}), (MIN, 0), (-1, 0)),
        (Op::Sub(Sub {}), (0, MAX), (-1, 0)),
        (Op::Sub(Sub {}), (MIN, 0), (0, 1)),
        (Op::Mul(Mul {}), (-46_341, 0), (0, 46_341)), // 46,341² = 2^31 + 4,633
        (Op::Mul(Mul {}), (MIN, 0), (-1, 0)),
        (Op::Mul(Mul {}), (MIN, MAX), (MIN, MAX)),
    ] {
        refused(&[one(a.0, a.1), one(b.0, b.1)], vec![], op, "overflow");
    }
}

#[test]
fn max_min_compare_select() {
    let (x, y) = ((I16, &[2, 1][..], -3, 5), (I16, &[1, 3][..], -10, 7));
    let wanted = |interval| given(I16, &[2, 3], interval, [6, 0, 12 + 4 + 6]);
    assert_eq!(rule(&[x, y], vec![], Op::Max(Max {})), Ok(wanted((-3, 7))));
    assert_eq!(rule(&[x, y], vec![], Op::Min(Min {})), Ok(wanted((-10, 5))));
    let compare = || Op::Compare(Compare { relation: Relation::Equal });
    assert_eq!(rule(&[x, y], vec![], compare()), Ok(given(I8, &[2, 3], (0, 1), [6, 0, 6 + 4 + 6])));
    let c = (I8, &[2, 3][..], 0, 1);
    assert_eq!(
        rule(&[c, x, y], vec![], Op::Select(Select {})),
        Ok(given(I16, &[2, 3], (-10, 7), [6, 0, 12 + 6 + 4 + 6]))
    );
    let other = (I8, &[2, 3][..], 0, 1);
    for op in [Op::Max(Max {}), Op::Min(Min {}), compare()] {
        refused(&[x, other], vec![], op, "I8");
    }
    refused(&[c, x, other], vec![], Op::Select(Select {}), "I8");
    refused(&[(I8, &[2], 0, 1), x, y], vec![], Op::Select(Select {}), "broadcast");
}

#[test]
fn neg_abs() {
    for (lo, hi, neg, abs) in [
        (-127, 127, (-127, 127), (0, 127)),
        (-5, 3, (-3, 5), (0, 5)),
        (-5, -3, (3, 5), (3, 5)),
        (2, 3, (-3, -2), (2, 3)),
        (0, 3, (-3, 0), (0, 3)),
    ] {
        let x = (I8, &[7][..], lo, hi);
        assert_eq!(rule(&[x], vec![], Op::Neg(Neg {})), Ok(given(I8, &[7], neg, [7, 0, 14])));
        assert_eq!(rule(&[x], vec![], Op::Abs(Abs {})), Ok(given(I8, &[7], abs, [7, 0, 14])));
    }
    for (dtype, min) in [(I8, -128), (I16, -32_768), (I32, MIN)] {
        for op in [Op::Neg(Neg {}), Op::Abs(Abs {})] {
            assert!(rule(&[(dtype, &[1], min + 1, 0)], vec![], op.clone()).is_ok());
            refused(&[(dtype, &[1], min, 0)], vec![], op, "x can be");
        }
    }
}

#[test]
fn shift() {
    let op = |bits, round| Op::Shift(Shift { bits, round });
    assert_eq!(rule(&[(I8, &[3], -3, 5)], vec![], op(4, false)), Ok(given(I32, &[3], (-48, 80), [3, 0, 15])));
    for (bits, round, lo, hi, interval) in [
        (31, false, -1, 0, (MIN, 0)),
        (1, false, -1 << 30, (1 << 30) - 1, (MIN, MAX - 1)),
        (0, false, MIN, MAX, (MIN, MAX)),
        (-31, false, MIN, MAX, (-1, 0)),
        (-31, true, MIN, MAX, (-1, 1)),
        (-1, true, -3, 3, (-1, 2)),
        (-1, false, -3, 3, (-2, 1)),
    ] {
        assert_eq!(rule(&[one(lo, hi)], vec![], op(bits, round)).unwrap().interval, interval);
    }
    refused(&[one(0, 1)], vec![], op(31, false), "overflow");
    refused(&[one(0, 1 << 30)], vec![], op(1, false), "overflow");
    for bits in [-32, 32, -128, 127] {
        refused(&[one(0, 0)], vec![], op(bits, false), "bits");
    }
    for bits in [0, 1, 31] {
        refused(&[one(0, 0)], vec![], op(bits, true), "round");
    }
}

fn mul_rescale() -> MulRescale {
    MulRescale {
        zero_points: [0, 0],
        multiplier: 1 << 30,
        shift: 31,
        zero_point: 0,
        lo: -128,
        hi: 127,
        dtype: I8,
    }
}

#[test]
fn mul_rescale_rule() {
    let (x, y) = ((I8, &[2, 1][..], -3, 5), (I16, &[1, 3][..], -10, 7));
    // Products −50 to 35, halved.
    let wanted = given(I8, &[2, 3], (-25, 18), [12, 0, 6 + 2 + 6]);
    assert_eq!(rule(&[x, y], vec![], Op::MulRescale(mul_rescale())), Ok(wanted));
    // With zero points 5 and 7: −8..0 times −17..0.
    let moved = MulRescale { zero_points: [5, 7], ..mul_rescale() };
    assert_eq!(rule(&[x, y], vec![], Op::MulRescale(moved)).unwrap().interval, (0, 68));

    let wide = |z| Op::MulRescale(MulRescale { zero_points: [0, z], ..mul_rescale() });
    let a = one(-1, 0);
    // (−1) · (b − 1) with b down to −2^31 + 2 is 2^31 − 1.
    assert!(rule(&[a, one(MIN + 2, 0)], vec![], wide(1)).is_ok());
    refused(&[a, one(MIN + 1, 0)], vec![], wide(1), "overflow");
    let ends = MulRescale { zero_points: [MAX, MAX], ..mul_rescale() };
    refused(&[one(MIN, MAX), one(MIN, MAX)], vec![], Op::MulRescale(ends), "overflow");

    let base = mul_rescale;
    for (op, word) in [
        (MulRescale { multiplier: (1 << 30) - 1, ..base() }, "multiplier"),
        (MulRescale { multiplier: -1, ..base() }, "multiplier"),
        (MulRescale { shift: 1, ..base() }, "shift"),
        (MulRescale { shift: 63, ..base() }, "shift"),
        (MulRescale { shift: 255, ..base() }, "shift"),
        (MulRescale { zero_points: [-129, 0], ..base() }, "zero_points"),
        (MulRescale { zero_points: [0, 32_768], ..base() }, "zero_points"),
        (MulRescale { zero_point: 128, ..base() }, "zero_point"),
        (MulRescale { lo: 1, hi: 0, ..base() }, "lo"),
        (MulRescale { hi: 128, ..base() }, "hi"),
    ] {
        refused(&[x, y], vec![], Op::MulRescale(op), word);
    }
    for op in [
        MulRescale { multiplier: 0, shift: 2, ..base() },
        MulRescale { multiplier: MAX, shift: 62, ..base() },
        MulRescale { zero_points: [-128, 32_767], zero_point: -128, lo: 127, ..base() },
    ] {
        assert!(rule(&[x, y], vec![], Op::MulRescale(op)).is_ok());
    }
}

#[test]
fn add_scaled_broadcasts() {
    let op = |multipliers| {
        Op::AddScaled(AddScaled {
            multipliers,
            zero_points: [0, 0],
            shift: 2,
            zero_point: 0,
            lo: -128,
            hi: 127,
            dtype: I8,
        })
    };
    let (x, y) = ((I8, &[2, 1][..], -3, 5), (I16, &[1, 3][..], -10, 7));
    // (−12 − 10 + 2) >> 2 and (20 + 7 + 2) >> 2.
    assert_eq!(rule(&[x, y], vec![], op([4, 1])), Ok(given(I8, &[2, 3], (-5, 7), [12, 0, 6 + 2 + 6])));
    assert!(rule(&[x, y], vec![], op([MAX, 0])).is_ok());
    refused(&[x, y], vec![], op([4, -1]), "multipliers");
    refused(&[x, (I16, &[2, 3, 1], 0, 0)], vec![], op([4, 1]), "broadcast");
    refused(&[x, (I32, &[2, 1], 0, 0)], vec![], op([4, 1]), "needs");
}
