use super::{Operand, given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Fault, Op, Tensor, ops::*};

const MAX: i32 = i32::MAX;

fn all(dtype: DType, shape: &[u32]) -> Operand<'_> {
    (dtype, shape, dtype.range().lo, dtype.range().hi)
}

fn constants(weight: &[u32], w: i8, bias: &[i32]) -> Vec<Tensor> {
    let n = weight.iter().product::<u32>() as usize;
    vec![Tensor::i8(weight, vec![w; n]), Tensor::i32(&[bias.len() as u32], bias.to_vec())]
}

fn conv() -> Conv2d {
    let (stride, dilation, pads) = ([1, 1], [1, 1], [0; 4]);
    Conv2d { weight: 0, bias: 1, zero_point: 0, stride, dilation, pads, groups: 1 }
}

#[test]
fn conv2d_costs_and_groups() {
    // 3 × 2 windows of 2 × 3 taps; 34 channels in 2 groups of 17, which take 2 steps of 16 lanes each.
    let x = (I8, &[4, 4, 34][..], -1, 2);
    let grouped = || Op::Conv2d(Conv2d { groups: 2, ..conv() });
    let bytes = 3 * 2 * 6 * 4 + 4 * 4 * 34 + 6 * 2 * 3 * 17 + 6 * 4;
    let taps = 2 * 3 * 17;
    assert_eq!(
        rule(&[x], constants(&[6, 2, 3, 17], 1, &[0, 0, 0, 0, 0, 1_000]), grouped()),
        Ok(given(
            I32,
            &[3, 2, 6],
            (-taps, 1_000 + 2 * taps),
            [3 * 2 * 6 * taps as u64, 3 * 2 * 6 * 2 * 2, bytes]
        ))
    );
    for (groups, weight, word) in [
        (0, [6, 1, 1, 34], "groups"),
        (4, [8, 1, 1, 8], "groups"),  // 34 channels are no multiple
        (17, [6, 1, 1, 2], "groups"), // 6 results are none
        (u32::MAX, [6, 1, 1, 34], "groups"),
        (2, [6, 1, 1, 34], "constant 0"),
        (34, [34, 1, 1, 2], "constant 0"),
    ] {
        let op = Op::Conv2d(Conv2d { groups, ..conv() });
        refused(&[x], constants(&weight, 1, &vec![0; weight[0] as usize]), op, word);
    }
    let op = Op::Conv2d(Conv2d { groups: 34, ..conv() });
    assert_eq!(rule(&[x], constants(&[34, 1, 1, 1], 1, &[0; 34]), op).unwrap().macs, 16 * 34);
}

#[test]
fn convolutions_hold_their_windows() {
    let x = all(I8, &[4, 4, 1]);
    let taps = || constants(&[1, 3, 2, 1], 1, &[0]);
    for (op, word) in [
        (Conv2d { stride: [0, 1], ..conv() }, "stride"),
        (Conv2d { stride: [1, 65], ..conv() }, "stride"),
        (Conv2d { dilation: [1, 0], ..conv() }, "dilation"),
        (Conv2d { dilation: [65, 1], ..conv() }, "dilation"),
        (Conv2d { dilation: [2, 1], ..conv() }, "fit"), // 2·2 + 1 of 4
        (Conv2d { pads: [0, 0, 0, 1_025], ..conv() }, "pads"),
        (Conv2d { pads: [u32::MAX; 4], ..conv() }, "pads"),
        (Conv2d { zero_point: 128, ..conv() }, "zero_point"),
        (Conv2d { weight: 7, ..conv() }, "constant 7"),
    ] {
        refused(&[x], taps(), Op::Conv2d(op), word);
    }
    let shape = |op| rule(&[x], taps(), Op::Conv2d(op)).unwrap().shape;
    assert_eq!(shape(Conv2d { dilation: [2, 1], pads: [1, 0, 0, 0], ..conv() }), [1, 3, 1]);
    assert_eq!(shape(Conv2d { stride: [64, 64], pads: [1_024; 4], ..conv() }), [33, 33, 1]); // 2,049 and 2,050 / 64
    refused(&[all(I32, &[4, 4, 1])], taps(), Op::Conv2d(conv()), "needs I8 or I16");
    refused(&[all(I8, &[4, 4])], taps(), Op::Conv2d(conv()), "[H, W, C]");
    refused(&[x], constants(&[1, 3, 2, 1], 1, &[0, 0]), Op::Conv2d(conv()), "constant 1");
}

/// An i16 operand at its ends: 65,535 · 127 a tap, 258 taps leave room for a bias of 2,147,483,647 − 258 · 8,322,945.
#[test]
fn sums_of_i16_are_bounded() {
    let (taps, room) = (258, MAX - 258 * 8_322_945);
    let shape = [1, 1, taps];
    let x = all(I16, &shape);
    let matmul = Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: -32_768 });
    let conv = Op::Conv2d(Conv2d { zero_point: -32_768, ..conv() });
    let ones = |shape: &[u32], bias| constants(shape, 127, &[bias]);
    for (op, shape) in [(&matmul, &[1, taps][..]), (&conv, &[1, 1, 1, taps])] {
        let checked = rule(&[x], ones(shape, room), op.clone()).unwrap();
        assert_eq!(checked.interval, (room, MAX));
        assert_eq!(
            rule(&[x], ones(shape, room + 1), op.clone()),
            Err(Fault::Overflow { channel: 0, reach: 1 << 31 })
        );
        // The magnitude counts, though this sum would be in i32: bias −room − 1 is as far from 0.
        assert!(matches!(rule(&[x], ones(shape, -room - 1), op.clone()), Err(Fault::Overflow { .. })));
    }
    refused(
        &[all(I16, &[1])],
        constants(&[1, 1], 1, &[0]),
        Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 32_768 }),
        "zero_point",
    );
}

#[test]
fn depthwise_conv2d() {
    let op = |pads| {
        let (stride, dilation) = ([1, 1], [1, 1]);
        Op::DepthwiseConv2d(DepthwiseConv2d { weight: 0, bias: 1, zero_point: 1, stride, dilation, pads })
    };
    // Weights −3 and bias 5 on 2..=4 less 1, both taps there: 5 − 18 to 5 − 6; padded, to 5.
    let x = (I16, &[2, 1, 2][..], 2, 4);
    let cost = |n: u64| [n * 4, n * 2, n * 8 + 8 + 4 + 8];
    let weights = || constants(&[2, 1, 2], -3, &[5, 5]);
    assert_eq!(rule(&[x], weights(), op([0; 4])), Ok(given(I32, &[1, 1, 2], (-13, -1), cost(1))));
    assert_eq!(rule(&[x], weights(), op([1, 0, 0, 0])), Ok(given(I32, &[2, 1, 2], (-13, 5), cost(2))));
    refused(&[x], constants(&[2, 1, 1], 1, &[0, 0]), op([0; 4]), "constant 0");
    refused(&[x], constants(&[2, 1, 2], 1, &[0, MAX]), op([0; 4]), "overflow: channel 1");
}

#[test]
fn conv_transpose2d() {
    let base =
        ConvTranspose2d { weight: 0, bias: 1, zero_point: 0, stride: [2, 3], dilation: [1, 2], pads: [0; 4] };
    let op = |pads: [i32; 4]| Op::ConvTranspose2d(ConvTranspose2d { pads, ..base.clone() });
    let x = (I8, &[3, 2, 2][..], 1, 2);
    // Height 2·2 + 2, width 1·3 + 1·2 + 1; terms may be missing, so 0 counts.
    let taps = || constants(&[17, 2, 2, 2], 3, &[7; 17]);
    let macs = 3 * 2 * 17 * 2 * 2 * 2;
    let cost = |n: u64| [macs, 3 * 2 * 2 * 2 * 2, n * 17 * 4 + 12 + 136 + 68];
    assert_eq!(rule(&[x], taps(), op([0; 4])), Ok(given(I32, &[6, 6, 17], (7, 7 + 3 * 8 * 2), cost(36))));
    assert_eq!(rule(&[x], taps(), op([5, 2, 0, 3])).unwrap().shape, [1, 1, 17]);
    assert_eq!(rule(&[x], taps(), op([-1_024, 0, 0, -1_024])).unwrap().shape, [1_030, 1_030, 17]);
    refused(&[x], taps(), op([5, 0, 1, 0]), "size 0");
    refused(&[x], taps(), op([1_024, 0, 1_024, 0]), "size -2042");
    for pads in [[1_025, 0, 0, 0], [0, 0, 0, -1_025], [i32::MIN; 4]] {
        refused(&[x], taps(), op(pads), "pads");
    }
    for stride in [[0, 1], [1, 65]] {
        let op = ConvTranspose2d { stride, ..base.clone() };
        refused(&[x], taps(), Op::ConvTranspose2d(op), "stride");
    }
    let op_of = |dilation| Op::ConvTranspose2d(ConvTranspose2d { dilation, ..base.clone() });
    refused(&[x], taps(), op_of([65, 1]), "dilation");
    refused(&[x], constants(&[1, 2, 2, 3], 1, &[0]), op([0; 4]), "constant 0");
    // A result that is too large is refused for its size, not tried.
    refused(&[(I8, &[1 << 24, 1, 2], 0, 1)], taps(), op([0; 4]), "one dimension");
}

#[test]
fn batch_mat_mul() {
    let op = |zero_points, transposed| Op::BatchMatMul(BatchMatMul { zero_points, transposed });
    let (a, b) = ((I8, &[2, 3, 5][..], -1, 2), (I16, &[2, 5, 7][..], -10, 20));
    // a − 1 in −2..=1, b in −10..=20: five times −40 to 20. Steps: 70 elements of b by 16.
    let cost = [2 * 3 * 7 * 5, 5, 42 * 4 + 30 + 140];
    assert_eq!(rule(&[a, b], vec![], op([1, 0], false)), Ok(given(I32, &[2, 3, 7], (-200, 100), cost)));
    let turned = (I16, &[2, 7, 5][..], -10, 20);
    assert_eq!(rule(&[a, turned], vec![], op([1, 0], true)), Ok(given(I32, &[2, 3, 7], (-200, 100), cost)));
    for (b, transposed) in [
        (turned, false),
        (b, true),
        ((I16, &[3, 5, 7][..], 0, 1), false),
        ((I16, &[5, 7][..], 0, 1), false),
        ((I16, &[5][..], 0, 1), false),
    ] {
        refused(&[a, b], vec![], op([0, 0], transposed), "shape");
    }
    let vector = (I8, &[5][..], 0, 1);
    refused(&[vector, vector], vec![], op([0, 0], false), "shape");
    refused(&[a, b], vec![], op([128, 0], false), "zero_point");
    refused(&[a, b], vec![], op([0, 32_768], false), "zero_point");
    refused(&[a, (I32, &[2, 5, 7], 0, 1)], vec![], op([0, 0], false), "needs I8 or I16");
    // 2 · 32,767 · 32,767 fits; 2 · 32,768 · 32,768 = 2^31 does not.
    let ends = |m: i32| [(I16, &[1, 2][..], -m, m), (I16, &[2, 1][..], -m, m)];
    let reach = 2 * 32_767 * 32_767;
    assert_eq!(rule(&ends(32_767), vec![], op([0, 0], false)).unwrap().interval, (-reach, reach));
    let least = [all(I16, &[1, 2]), all(I16, &[2, 1])];
    assert_eq!(rule(&least, vec![], op([0, 0], false)), Err(Fault::Overflow { channel: 0, reach: 1 << 31 }));
}
