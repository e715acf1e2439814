use super::{Operand, given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, Tensor, ops::*};

fn x(lo: i32, hi: i32) -> Operand<'static> {
    (I32, &[2, 3], lo, hi)
}

fn scale(m: &[i32], s: &[i8]) -> Vec<Tensor> {
    vec![Tensor::i32(&[m.len() as u32], m.to_vec()), Tensor::i8(&[s.len() as u32], s.to_vec())]
}

#[test]
fn rescale_f24() {
    let base =
        RescaleF24 { multiplier: 0, shift: 1, offset: 0, zero_point: 1, lo: -100, hi: 100, dtype: I16 };
    let op = |change: fn(&mut RescaleF24)| {
        let mut op = base.clone();
        change(&mut op);
        Op::RescaleF24(op)
    };
    let half = || scale(&[1 << 23], &[24]);
    // Halves of −5 and 7, ties to even, and 1.
    let wanted = given(I16, &[2, 3], (-1, 5), [6, 0, 12 + 24 + 4 + 1]);
    assert_eq!(rule(&[x(-5, 7)], half(), op(|_| ())), Ok(wanted));
    // The offset comes before the rounding: −2.5 + 1 is −1.5, 3.5 + 1 is 4.5.
    assert_eq!(rule(&[x(-5, 7)], half(), op(|op| op.offset = 1)).unwrap().interval, (-1, 5));
    let channels = || scale(&[1 << 23, 0, 1 << 23], &[24, 62, 23]);
    assert_eq!(rule(&[x(-5, 7)], channels(), op(|_| ())).unwrap().interval, (-4, 8));
    for (offset, shift) in [(0, 62), (1 << 15, 46), (-(1 << 15), 46), (1, 0)] {
        let op = Op::RescaleF24(RescaleF24 { offset, ..base.clone() });
        assert!(rule(&[x(i32::MIN, i32::MAX)], scale(&[(1 << 24) - 1], &[shift]), op).is_ok());
    }
    for (offset, m, s, word) in [
        (0, (1 << 23) - 1, 10, "multiplier"),
        (0, 1 << 24, 10, "multiplier"),
        (0, -(1 << 23), 10, "multiplier"),
        (0, 0, 63, "shift"),
        (0, 0, -1, "shift"),
        (1, 0, 47, "shift"),
        ((1 << 15) + 1, 0, 10, "offset"),
        (i32::MIN, 0, 10, "offset"),
    ] {
        let op = Op::RescaleF24(RescaleF24 { offset, ..base.clone() });
        refused(&[x(0, 1)], scale(&[m], &[s]), op, word);
    }
    refused(&[x(0, 1)], half(), op(|op| op.hi = 32_768), "hi");
    refused(&[x(0, 1)], half(), op(|op| op.zero_point = -32_769), "zero_point");
    refused(&[x(0, 1)], half(), op(|op| op.lo = 101), "lo");
    refused(&[x(0, 1)], scale(&[1 << 23; 2], &[24; 2]), op(|_| ()), "multipliers");
    refused(&[x(0, 1)], scale(&[1 << 23; 3], &[24]), op(|_| ()), "constant 1");
}

#[test]
fn add_f24() {
    let base = AddF24 {
        multipliers: [2, 1],
        zero_points: [1, -1],
        fixed: 4,
        shift: 2,
        zero_point: 3,
        lo: -128,
        hi: 127,
    };
    let (a, b) = ((I8, &[2, 1][..], -3, 5), (I8, &[1, 3][..], 0, 9));
    // ((a − 1)·2 + (b + 1) + 4)/4: (−8 + 1 + 4)/4 = −0.75, (8 + 10 + 4)/4 = 5.5.
    let wanted = given(I8, &[2, 3], (2, 9), [12, 0, 6 + 2 + 3]);
    assert_eq!(rule(&[a, b], vec![], Op::AddF24(base.clone())), Ok(wanted));
    for good in [
        AddF24 { multipliers: [1 << 52; 2], fixed: 1 << 60, shift: 62, ..base.clone() },
        AddF24 { multipliers: [0, 0xff_ffff << 28], fixed: -(0xff_ffff << 36), shift: 0, ..base.clone() },
    ] {
        assert!(rule(&[a, b], vec![], Op::AddF24(good)).is_ok());
    }
    for (bad, word) in [
        (AddF24 { multipliers: [-1, 0], ..base.clone() }, "multipliers"),
        (AddF24 { multipliers: [0, (1 << 52) + (1 << 29)], ..base.clone() }, "multipliers"),
        (AddF24 { multipliers: [0, (1 << 24) + 1], ..base.clone() }, "24 significant"),
        (AddF24 { multipliers: [0, i64::MAX], ..base.clone() }, "multipliers"),
        (AddF24 { fixed: -(1 << 60) - (1 << 37), ..base.clone() }, "fixed"),
        (AddF24 { fixed: i64::MIN, ..base.clone() }, "fixed"),
        (AddF24 { fixed: (1 << 25) + 1, ..base.clone() }, "24 significant"),
        (AddF24 { zero_points: [0, 128], ..base.clone() }, "zero_point"),
        (AddF24 { shift: 63, ..base.clone() }, "shift"),
        (AddF24 { zero_point: 128, ..base.clone() }, "zero_point"),
        (AddF24 { lo: 1, hi: 0, ..base.clone() }, "lo"),
    ] {
        refused(&[a, b], vec![], Op::AddF24(bad), word);
    }
    refused(&[a, (I16, &[1, 3], 0, 1)], vec![], Op::AddF24(base.clone()), "needs I8");
    refused(&[a, (I8, &[3], 0, 1)], vec![], Op::AddF24(base), "broadcast");
}
