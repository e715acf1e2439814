use super::{Operand, given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, Tensor, ops::*};

const MIN: i32 = i32::MIN;
const MAX: i32 = i32::MAX;

/// Two rows of three.
fn x(dtype: DType, lo: i32, hi: i32) -> Operand<'static> {
    (dtype, &[2, 3], lo, hi)
}

#[test]
fn abs_max_row() {
    let op = || Op::AbsMaxRow(AbsMaxRow {});
    assert_eq!(rule(&[x(I8, -128, 5)], vec![], op()), Ok(given(I32, &[2, 1], (1, 128), [6, 0, 6 + 8])));
    assert_eq!(rule(&[x(I8, 0, 0)], vec![], op()).unwrap().interval, (1, 1));
    assert_eq!(rule(&[x(I32, -MAX, 5)], vec![], op()).unwrap().interval, (1, MAX));
    refused(&[x(I32, MIN, 5)], vec![], op(), "x can be");
    assert_eq!(rule(&[(I16, &[4], -1, 1)], vec![], op()).unwrap().shape, [1]);
}

#[test]
fn dyn_quant_row() {
    let op = || Op::DynQuantRow(DynQuantRow {});
    let row = |lo, hi| (I32, &[2, 1][..], lo, hi);
    assert_eq!(
        rule(&[x(I32, -9, 9), row(1, MAX)], vec![], op()),
        Ok(given(I8, &[2, 3], (-127, 127), [12, 32, 24 + 8 + 6]))
    );
    for (lo, hi, interval) in [(0, 9, (0, 127)), (-9, 0, (-127, 0)), (0, 0, (0, 0)), (3, 9, (0, 127))] {
        assert_eq!(rule(&[x(I8, lo, hi), row(1, 1)], vec![], op()).unwrap().interval, interval);
    }
    refused(&[x(I8, 0, 1), row(0, 5)], vec![], op(), "row");
    refused(&[x(I8, 0, 1), (I16, &[2, 1], 1, 5)], vec![], op(), "I32");
    for shape in [&[2, 3][..], &[1, 1], &[2], &[2, 1, 1]] {
        refused(&[x(I8, 0, 1), (I32, shape, 1, 5)], vec![], op(), "shape");
    }
}

#[test]
fn rescale_row() {
    let base =
        || RescaleRow { multiplier: 0, shift: 1, row_shift: 2, zero_point: 1, lo: -128, hi: 127, dtype: I8 };
    let scale = |m: &[i32], s: &[i8]| {
        vec![Tensor::i32(&[m.len() as u32], m.to_vec()), Tensor::i8(&[s.len() as u32], s.to_vec())]
    };
    let half = || scale(&[1 << 30], &[31]);
    let row = (I32, &[2, 1][..], 1, 10);
    // u in −5..=10; ends of u·row/4: −50/4 rounds to −12 and 100/4 = 25.
    assert_eq!(
        rule(&[x(I32, -10, 20), row], half(), Op::RescaleRow(base())),
        Ok(given(I8, &[2, 3], (-11, 26), [12, 0, 24 + 8 + 4 + 1 + 6]))
    );
    // A positive u is least in the row with the least number: 10/4 = 2.5, up to 3.
    assert_eq!(rule(&[x(I32, 20, 20), row], half(), Op::RescaleRow(base())).unwrap().interval, (4, 26));
    // One scale a channel: the union of halves, whole ones and nothing.
    let three = || scale(&[1 << 30, 1 << 30, 0], &[31, 30, 62]);
    assert_eq!(rule(&[x(I32, 4, 8), row], three(), Op::RescaleRow(base())).unwrap().interval, (1, 21));

    refused(&[x(I16, 0, 1), row], half(), Op::RescaleRow(base()), "I32");
    refused(&[x(I32, 0, 1), (I32, &[2, 1], 0, 1)], half(), Op::RescaleRow(base()), "row");
    for (op, constants, word) in [
        (RescaleRow { row_shift: 1, ..base() }, half(), "row_shift"),
        (RescaleRow { row_shift: 63, ..base() }, half(), "row_shift"),
        (RescaleRow { zero_point: 128, ..base() }, half(), "zero_point"),
        (RescaleRow { lo: 0, hi: -1, ..base() }, half(), "lo"),
        (base(), scale(&[(1 << 30) - 1], &[31]), "multiplier"),
        (base(), scale(&[1 << 30], &[1]), "shift"),
        (base(), scale(&[1 << 30], &[63]), "shift"),
        (base(), scale(&[1 << 30; 2], &[30; 2]), "multipliers"),
        (base(), scale(&[1 << 30; 3], &[30]), "constant 1"),
    ] {
        refused(&[x(I32, 0, 1), row], constants, Op::RescaleRow(op), word);
    }
    let extreme = RescaleRow { row_shift: 62, lo: MIN, hi: MAX, dtype: I32, ..base() };
    assert!(
        rule(&[x(I32, MIN, MAX), (I32, &[2, 1], 1, MAX)], scale(&[MAX], &[2]), Op::RescaleRow(extreme))
            .is_ok()
    );
}

#[test]
fn softmax15() {
    let table = |first: i16, rest: i16| {
        let mut all = vec![rest; 256];
        all[0] = first;
        vec![Tensor::i16(&[256], all)]
    };
    let op = |multiplier, shift| Op::Softmax15(Softmax15 { table: 0, multiplier, shift });
    assert_eq!(
        rule(&[x(I32, MIN, MAX)], table(1, 0), op(MAX, 62)),
        Ok(given(I16, &[2, 3], (0, 32_767), [48, 24, 24 + 512 + 12]))
    );
    assert!(rule(&[(I8, &[1 << 16], -128, 127)], table(32_767, 32_767), op(0, 0)).is_ok());
    refused(&[(I8, &[(1 << 16) + 1], -128, 127)], table(1, 0), op(0, 0), "row");
    refused(&[x(I8, 0, 1)], table(0, 0), op(0, 0), "table");
    refused(&[x(I8, 0, 1)], table(1, -1), op(0, 0), "table");
    refused(&[x(I8, 0, 1)], table(1, 1), op(-1, 0), "multiplier");
    refused(&[x(I8, 0, 1)], table(1, 1), op(0, 63), "shift");
    refused(&[x(I8, 0, 1)], vec![Tensor::i16(&[255], vec![1; 255])], op(0, 0), "constant 0");
    refused(&[x(I8, 0, 1)], vec![Tensor::i8(&[256], vec![1; 256])], op(0, 0), "I16");
}

fn gamma_beta(gamma: [i16; 3], beta: [i32; 3]) -> Vec<Tensor> {
    vec![Tensor::i16(&[3], gamma.to_vec()), Tensor::i32(&[3], beta.to_vec())]
}

#[test]
fn layer_norm() {
    let op = |epsilon, fraction| Op::LayerNorm(LayerNorm { gamma: 0, beta: 1, epsilon, fraction });
    // B = isqrt(3 · 4^4) + 2 = 27 + 2; 29·10 − 5 and 29·10 + 5, 29·2 + 1,000.
    assert_eq!(
        rule(&[x(I8, -128, 127)], gamma_beta([10, -2, 0], [-5, 1_000, 0]), op(1, 4)),
        Ok(given(I32, &[2, 3], (-295, 1_058), [24, 12 + 32, 6 + 6 + 12 + 24]))
    );
    // B = isqrt(3) + 2 = 3.
    let room = MAX - 3 * 32_768;
    assert!(rule(&[x(I8, -1, 1)], gamma_beta([i16::MIN, 0, 0], [room, 0, 0]), op(MAX, 0)).is_ok());
    refused(&[x(I8, -1, 1)], gamma_beta([i16::MIN, 0, 0], [room + 1, 0, 0]), op(1, 0), "channel 0");
    refused(&[x(I8, -1, 1)], gamma_beta([0, 0, i16::MIN], [0, 0, -room - 1]), op(1, 0), "channel 2");
    refused(&[x(I8, -1, 1)], gamma_beta([0; 3], [MIN, 0, 0]), op(1, 0), "channel 0");

    // 3·D² < 2^61: D ≤ floor(√(2^61 / 3)) = 876,706,528.
    let free = || gamma_beta([1; 3], [0; 3]);
    assert!(rule(&[x(I32, -528, 876_706_000)], free(), op(1, 14)).is_ok());
    refused(&[x(I32, -529, 876_706_000)], free(), op(1, 14), "squares");
    let one = || vec![Tensor::i16(&[1], vec![1]), Tensor::i32(&[1], vec![0])];
    // K = 1: D² < 2^61 binds first, at isqrt(2^61 − 1) = 1,518,500,249.
    assert!(rule(&[(I32, &[1], 0, 1_518_500_249)], one(), op(1, 14)).is_ok());
    refused(&[(I32, &[1], 0, 1_518_500_250)], one(), op(1, 14), "squares");
    refused(&[(I32, &[1], MIN, MAX)], one(), op(1, 14), "squares");

    for (op, word) in
        [(op(0, 0), "epsilon"), (op(-1, 0), "epsilon"), (op(1, 15), "fraction"), (op(1, 255), "fraction")]
    {
        refused(&[x(I8, 0, 1)], free(), op, word);
    }
    refused(&[(I8, &[4], 0, 1)], free(), op(1, 0), "constant 0");
}

#[test]
fn rms_norm() {
    let op = |epsilon, fraction| Op::RmsNorm(RmsNorm { gamma: 0, epsilon, fraction });
    let gamma = |g: [i16; 3]| vec![Tensor::i16(&[3], g.to_vec())];
    assert_eq!(
        rule(&[x(I16, -128, 127)], gamma([10, -12, 0]), op(1, 4)),
        Ok(given(I32, &[2, 3], (-348, 348), [24, 12 + 32, 12 + 6 + 24]))
    );
    // |x| counts, not the width of the interval.
    assert!(rule(&[x(I32, -876_706_528, 876_706_528)], gamma([1; 3]), op(1, 0)).is_ok());
    refused(&[x(I32, 0, 876_706_529)], gamma([1; 3]), op(1, 0), "squares");
    refused(&[x(I32, MIN, 0)], gamma([1; 3]), op(1, 0), "squares");
    // Rows of 65,536 in Q14: B = 2^8 · 2^14 + 2 = 4,194,306, and 511 · B < 2^31 < 512 · B.
    let long = |g| vec![Tensor::i16(&[1 << 16], vec![g; 1 << 16])];
    let row = (I8, &[1 << 16][..], -1, 1);
    let most = 511 * 4_194_306;
    assert_eq!(rule(&[row], long(511), op(1, 14)).unwrap().interval, (-most, most));
    refused(&[row], long(512), op(1, 14), "channel 0");
    for (op, word) in [(op(0, 0), "epsilon"), (op(1, 15), "fraction")] {
        refused(&[x(I8, 0, 1)], gamma([1; 3]), op, word);
    }
}

#[test]
fn l2_norm() {
    let op = |epsilon, fraction| Op::L2Norm(L2Norm { epsilon, fraction });
    assert_eq!(
        rule(&[x(I8, -128, 127)], vec![], op(1, 4)),
        Ok(given(I32, &[2, 3], (-17, 17), [18, 12 + 32, 6 + 24]))
    );
    assert_eq!(rule(&[x(I8, 0, 1)], vec![], op(MAX, 24)).unwrap().interval, (-16_777_217, 16_777_217));
    assert!(rule(&[x(I32, -876_706_528, 0)], vec![], op(1, 24)).is_ok());
    refused(&[x(I32, -876_706_529, 0)], vec![], op(1, 24), "squares");
    for (op, word) in [(op(0, 0), "epsilon"), (op(1, 25), "fraction"), (op(1, 255), "fraction")] {
        refused(&[x(I8, 0, 1)], vec![], op, word);
    }
}
