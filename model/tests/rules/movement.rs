use super::{given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, Tensor, limits, ops::*};

const DIM: u32 = limits::DIM;

#[test]
fn constant() {
    let op = || Op::Constant(Constant { tensor: 0 });
    let tensor = Tensor::i16(&[2, 2], vec![-7, 300, 0, -8]);
    assert_eq!(rule(&[], vec![tensor], op()), Ok(given(I16, &[2, 2], (-8, 300), [0, 0, 8 + 8])));
    refused(&[], vec![], op(), "constant 0");
    refused(&[(I8, &[1], 0, 0)], vec![Tensor::i8(&[1], vec![0])], op(), "takes 0 operand(s), has 1");
}

#[test]
fn slice() {
    let x = (I16, &[4, 5][..], -3, 9);
    let op = |start: [u32; 2], step: [i32; 2], size: [u32; 2]| {
        Op::Slice(Slice { start: start.to_vec(), step: step.to_vec(), size: size.to_vec() })
    };
    assert_eq!(
        rule(&[x], vec![], op([3, 0], [-3, 2], [2, 3])),
        Ok(given(I16, &[2, 3], (-3, 9), [0, 0, 40 + 12]))
    );
    let most = DIM as i32;
    assert!(rule(&[x], vec![], op([3, 4], [most, -most], [1, 1])).is_ok());
    for (start, step, size, word) in [
        ([4, 0], [1, 1], [1, 1], "start"),
        ([u32::MAX, 0], [1, 1], [1, 1], "start"),
        ([0, 0], [1, 1], [5, 1], "last index"),
        ([3, 0], [-1, 1], [5, 1], "last index"),
        ([1, 0], [3, 1], [2, 1], "last index"),
        ([0, 0], [1, 1], [0, 1], "size"),
        ([0, 0], [1, 1], [DIM + 1, 1], "size"),
        ([0, 0], [0, 1], [1, 1], "step"),
        ([0, 0], [most + 1, 1], [1, 1], "step"),
        ([0, 0], [i32::MIN, 1], [DIM, 1], "step"),
        ([0, 0], [most, 1], [DIM, 1], "last index"),
    ] {
        refused(&[x], vec![], op(start, step, size), word);
    }
    let short = |start: usize, step: usize, size: usize| {
        Op::Slice(Slice { start: vec![0; start], step: vec![1; step], size: vec![1; size] })
    };
    for op in [short(1, 2, 2), short(2, 3, 2), short(2, 2, 0)] {
        refused(&[x], vec![], op, "entries");
    }
}

#[test]
fn concat() {
    let op = |axis| Op::Concat(Concat { axis });
    let (a, b) = ((I8, &[2, 3][..], -3, 9), (I8, &[2, 1][..], -5, 4));
    assert_eq!(rule(&[a, b, a], vec![], op(1)), Ok(given(I8, &[2, 7], (-5, 9), [0, 0, 14 + 14])));
    assert_eq!(rule(&[a, a], vec![], op(0)).unwrap().shape, [4, 3]);
    // At most 16 inputs, so the operands are one value many times.
    refused(&[a, b], vec![], op(0), "[2, 3]");
    refused(&[a, a], vec![], op(2), "axis 2");
    refused(&[a, a], vec![], op(255), "axis 255");
    refused(&[a, (I16, &[2, 3], 0, 0)], vec![], op(0), "I16");
    refused(&[a, (I8, &[2, 3, 1], 0, 0)], vec![], op(0), "shape");
    refused(&[a], vec![], op(0), "takes 2 operand(s), has 1");
    let half = (I8, &[DIM / 2][..], 0, 0);
    assert_eq!(rule(&[half, half], vec![], op(0)).unwrap().shape, [DIM]);
    refused(&[half, half, (I8, &[1], 0, 0)], vec![], op(0), "one dimension");
}

#[test]
fn pad() {
    let op = |before: &[u32], after: &[u32], value| {
        Op::Pad(Pad { before: before.to_vec(), after: after.to_vec(), value })
    };
    let x = (I8, &[2, 3][..], 1, 9);
    assert_eq!(rule(&[x], vec![], op(&[1, 0], &[0, 2], 0)), Ok(given(I8, &[3, 5], (0, 9), [0, 0, 15 + 6])));
    assert_eq!(rule(&[x], vec![], op(&[0, 0], &[0, 0], -128)).unwrap().interval, (1, 9));
    assert_eq!(rule(&[x], vec![], op(&[0, 0], &[0, 1], 127)).unwrap().interval, (1, 127));
    refused(&[x], vec![], op(&[0, 0], &[0, 0], 128), "value");
    refused(&[x], vec![], op(&[0], &[0, 0], 0), "entries");
    refused(&[x], vec![], op(&[0, 0], &[0, 0, 0], 0), "entries");
    refused(&[x], vec![], op(&[DIM + 1, 0], &[0, 0], 0), "before");
    refused(&[x], vec![], op(&[0, 0], &[0, u32::MAX], 0), "after");
    assert!(rule(&[(I8, &[1], 0, 0)], vec![], op(&[DIM - 1], &[0], 0)).is_ok());
    refused(&[(I8, &[1], 0, 0)], vec![], op(&[DIM], &[0], 0), "one dimension");
    refused(&[(I8, &[DIM], 0, 0)], vec![], op(&[DIM], &[DIM], 0), "one dimension");
}

#[test]
fn tile() {
    let op = |repeats: &[u32]| Op::Tile(Tile { repeats: repeats.to_vec() });
    let x = (I16, &[2, 3][..], -1, 9);
    assert_eq!(rule(&[x], vec![], op(&[3, 2])), Ok(given(I16, &[6, 6], (-1, 9), [0, 0, 72 + 12])));
    refused(&[x], vec![], op(&[3]), "entries");
    refused(&[x], vec![], op(&[0, 1]), "repeats");
    refused(&[x], vec![], op(&[1, DIM + 1]), "repeats");
    refused(&[x], vec![], op(&[DIM, 1]), "one dimension");
    assert!(rule(&[(I8, &[1], 0, 0)], vec![], op(&[DIM])).is_ok());
    refused(&[(I8, &[DIM], 0, 0)], vec![], op(&[DIM]), "one dimension");
}

#[test]
fn gather() {
    let op = || Op::Gather(Gather {});
    let x = (I16, &[2, 5, 3][..], -4, 9);
    let index = |lo, hi| (I8, &[2, 7][..], lo, hi);
    // 14 indices of a byte, 42 elements of two.
    assert_eq!(
        rule(&[x, index(0, 4)], vec![], op()),
        Ok(given(I16, &[2, 7, 3], (-4, 9), [0, 8 * 14, 14 + 2 * 84]))
    );
    assert_eq!(rule(&[(I8, &[1, 3], 0, 1), (I32, &[2], 0, 0)], vec![], op()).unwrap().shape, [2, 3]);
    refused(&[x, index(0, 5)], vec![], op(), "index can be 0 to 5");
    refused(&[x, index(-1, 4)], vec![], op(), "index can be -1 to 4");
    for shape in [&[3, 7][..], &[7], &[2, 1, 7]] {
        refused(&[x, (I8, shape, 0, 4)], vec![], op(), "shape");
    }
    refused(&[(I8, &[3], 0, 1), (I8, &[3], 0, 0)], vec![], op(), "dimensions");
}

#[test]
fn embed() {
    let op = || Op::Embed(Embed { table: 0 });
    let table = |shape: &[u32]| {
        let n = shape.iter().product::<u32>() as i16;
        vec![Tensor::i16(shape, (0..n).map(|i| 7 - i).collect())]
    };
    let index = |lo, hi| (I8, &[4, 2][..], lo, hi);
    assert_eq!(
        rule(&[index(0, 2)], table(&[3, 5]), op()),
        Ok(given(I16, &[4, 2, 5], (-7, 7), [0, 64, 8 + 2 * 80]))
    );
    assert_eq!(rule(&[index(0, 0)], table(&[1, 1, 2]), op()).unwrap().shape, [4, 2, 1, 2]);
    refused(&[index(0, 3)], table(&[3, 5]), op(), "index can be 0 to 3");
    refused(&[index(-1, 0)], table(&[3, 5]), op(), "index can be -1 to 0");
    refused(&[index(0, 0)], table(&[3]), op(), "2 dimensions");
    refused(&[index(0, 0)], table(&[1, 1, 1, 1, 1, 2]), op(), "dimensions: 7");
    refused(&[index(0, 0)], vec![], op(), "constant 0");
}

#[test]
fn scatter_row() {
    let op = || Op::ScatterRow(ScatterRow {});
    let x = (I16, &[2, 5, 3][..], -4, 9);
    let index = |lo, hi| (I32, &[2, 7][..], lo, hi);
    let rows = (I16, &[2, 7, 3][..], -9, 2);
    assert_eq!(
        rule(&[x, index(0, 4), rows], vec![], op()),
        Ok(given(I16, &[2, 5, 3], (-9, 9), [0, 8 * 14, 60 + 56 + 84 + 60]))
    );
    refused(&[x, index(0, 5), rows], vec![], op(), "index can be 0 to 5");
    refused(&[x, index(-1, 0), rows], vec![], op(), "index can be -1 to 0");
    refused(&[x, index(0, 4), (I8, &[2, 7, 3], 0, 0)], vec![], op(), "I8");
    for (index, rows) in [
        (&[2, 7][..], &[2, 6, 3][..]),
        (&[2, 7], &[2, 7, 2]),
        (&[2, 7], &[1, 7, 3]),
        (&[1, 7], &[2, 7, 3]),
        (&[7], &[7, 3]),
    ] {
        refused(&[x, (I8, index, 0, 4), (I16, rows, 0, 0)], vec![], op(), "shape");
    }
    refused(&[(I8, &[3], 0, 1), (I8, &[3], 0, 0), (I8, &[3], 0, 0)], vec![], op(), "dimensions");
}
