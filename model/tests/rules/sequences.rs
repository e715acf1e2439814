use super::{given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, Tensor, limits, ops::*};

#[test]
fn rope() {
    let op = || Op::Rope(Rope { cos: 0, sin: 1, interleaved: false });
    let tables = |cos: [u32; 2], sin: [u32; 2]| {
        [cos, sin].map(|shape| Tensor::i16(&shape, vec![5; (shape[0] * shape[1]) as usize])).to_vec()
    };
    let x = |dtype, lo, hi| (dtype, &[3, 2, 4][..], lo, hi);
    let position = |lo, hi| (I8, &[2][..], lo, hi);
    // 24 elements of two bytes three times, two positions of a byte.
    assert_eq!(
        rule(&[x(I16, -4, 9), position(0, 6)], tables([7, 2], [7, 2]), op()),
        Ok(given(I16, &[3, 2, 4], (-18, 18), [48, 24, 3 * 48 + 2]))
    );
    for (dtype, lo, hi, interval) in [
        (I8, -64, 63, (-128, 127)),
        (I8, 63, 63, (-126, 126)),
        (I8, 64, 64, (-128, 127)),
        (I32, i32::MIN, i32::MAX, (i32::MIN, i32::MAX)),
        (I16, 0, 0, (0, 0)),
    ] {
        let given = rule(&[x(dtype, lo, hi), position(0, 0)], tables([1, 2], [1, 2]), op()).unwrap();
        assert_eq!(given.interval, interval);
    }
    let x = x(I8, -4, 9);
    refused(&[x, position(0, 7)], tables([7, 2], [7, 2]), op(), "position can be 0 to 7");
    refused(&[x, position(-1, 6)], tables([7, 2], [7, 2]), op(), "position can be -1 to 6");
    refused(&[x, position(0, 6)], tables([7, 2], [6, 2]), op(), "constant 1");
    refused(&[x, position(0, 6)], tables([7, 4], [7, 4]), op(), "constant 0");
    refused(&[x, (I8, &[3], 0, 6)], tables([7, 2], [7, 2]), op(), "shape");
    refused(&[x, (I8, &[2, 1], 0, 6)], tables([7, 2], [7, 2]), op(), "shape");
    refused(&[(I8, &[2, 5], 0, 1), position(0, 6)], tables([7, 2], [7, 2]), op(), "pairs");
    refused(&[(I8, &[2], 0, 1), position(0, 6)], tables([7, 1], [7, 1]), op(), "dimensions");
}

#[test]
fn kv_append() {
    let op = || Op::KvAppend(KvAppend {});
    let (cache, new) = ((I8, &[2, 5, 3][..], -4, 9), (I8, &[2, 2, 3][..], -9, 2));
    let position = |lo, hi| (I32, &[1][..], lo, hi);
    assert_eq!(
        rule(&[cache, new, position(0, 3)], vec![], op()),
        Ok(given(I8, &[2, 5, 3], (-9, 9), [0, 0, 30 + 12 + 4 + 30]))
    );
    refused(&[cache, new, position(0, 4)], vec![], op(), "position can be 0 to 4");
    refused(&[cache, new, position(-1, 3)], vec![], op(), "position can be -1 to 3");
    assert!(rule(&[cache, (I8, &[2, 5, 3], 0, 0), position(0, 0)], vec![], op()).is_ok());
    refused(&[cache, (I8, &[2, 6, 3], 0, 0), position(0, 0)], vec![], op(), "cache");
    refused(&[cache, (I16, &[2, 2, 3], 0, 0), position(0, 0)], vec![], op(), "I16");
    for shape in [&[1, 2, 3][..], &[2, 2, 4], &[2, 3], &[2, 2, 3, 1]] {
        refused(&[cache, (I8, shape, 0, 0), position(0, 0)], vec![], op(), "shape");
    }
    for shape in [&[2][..], &[1, 1]] {
        refused(&[cache, new, (I8, shape, 0, 0)], vec![], op(), "shape");
    }
    refused(&[(I8, &[5], 0, 0), (I8, &[2], 0, 0), position(0, 0)], vec![], op(), "dimensions");
}

#[test]
fn causal_mask() {
    let op = |fill| Op::CausalMask(CausalMask { fill });
    let x = (I16, &[2, 3, 4][..], -4, 9);
    let most = limits::DIM as i32;
    let position = |lo, hi| (I32, &[1][..], lo, hi);
    assert_eq!(
        rule(&[x, position(0, most)], vec![], op(-32_768)),
        Ok(given(I16, &[2, 3, 4], (-32_768, 9), [0, 0, 48 + 4 + 48]))
    );
    assert_eq!(rule(&[x, position(0, 0)], vec![], op(10)).unwrap().interval, (-4, 10));
    refused(&[x, position(0, most + 1)], vec![], op(0), "position");
    refused(&[x, position(-1, 0)], vec![], op(0), "position");
    refused(&[x, position(0, 0)], vec![], op(32_768), "fill");
    refused(&[x, (I8, &[2], 0, 0)], vec![], op(0), "shape");
    refused(&[(I8, &[4], 0, 0), position(0, 0)], vec![], op(0), "dimensions");
}
