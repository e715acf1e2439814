use super::{Operand, given, refused, rule};
use DType::{I8, I16, I32};
use isocortex_model::{DType, Op, Tensor, ops::*};

#[test]
fn tables() {
    let bytes = Tensor::i16(&[256], (0..256).map(|i| 100 * (i - 128)).collect());
    let table8 = || Op::Table8(Table8 { table: 0 });
    let wanted = given(I16, &[3], (-300, 200), [0, 0, 6 + 3 + 512]);
    assert_eq!(rule(&[(I8, &[3], -3, 2)], vec![bytes.clone()], table8()), Ok(wanted));
    let wide = Tensor::i32(&[256], vec![i32::MIN; 256]);
    let all = rule(&[(I8, &[3], -128, 127)], vec![wide], table8()).unwrap();
    assert_eq!((all.dtype, all.interval), (I32, (i32::MIN, i32::MIN)));
    refused(&[(I16, &[3], 0, 1)], vec![bytes], table8(), "needs I8");
    refused(&[(I8, &[3], 0, 1)], vec![Tensor::i8(&[255], vec![0; 255])], table8(), "[256]");
    refused(&[(I8, &[3], 0, 1)], vec![Tensor::i8(&[16, 16], vec![0; 256])], table8(), "[256]");

    let table16 = || Op::Table16(Table16 { table: 0 });
    // Entry i is i; −1 lies between entries 255 and 256, 128 at entry 257, read with the one after it.
    let counts = || vec![Tensor::i16(&[513], (0..513).collect())];
    let wanted = given(I32, &[3], (128 * 255, 128 * 258), [6, 3, 12 + 6 + 1_026]);
    assert_eq!(rule(&[(I16, &[3], -1, 128)], counts(), table16()), Ok(wanted));
    let whole = rule(&[(I16, &[3], -32_768, 32_767)], counts(), table16()).unwrap();
    assert_eq!(whole.interval, (0, 128 * 512));
    refused(&[(I8, &[3], 0, 1)], counts(), table16(), "needs I16");
    refused(&[(I16, &[3], 0, 1)], vec![Tensor::i16(&[512], vec![0; 512])], table16(), "[513]");
    refused(&[(I16, &[3], 0, 1)], vec![Tensor::i8(&[513], vec![0; 513])], table16(), "needs I16");
}

#[test]
fn resize() {
    let op = |mode, scale, offset, border| Op::Resize(Resize { mode, scale, offset, border });
    use ResizeMode::{Bilinear, Nearest};
    let x: Operand<'_> = (I16, &[3, 2, 17], -7, 9);
    // (2·4 + 1 + 1)/2 + 1 = 6 rows, (1·3 − 0 + 0)/1 + 1 = 4 columns, two steps of lanes four times each.
    let scale = [4, 2, 3, 1];
    let (n, steps) = (6 * 4 * 17, 4 * 6 * 4 * 2);
    assert_eq!(
        rule(&[x], vec![], op(Nearest, scale, [-1, 0], [1, 0])),
        Ok(given(I16, &[6, 4, 17], (-7, 9), [0, steps, 2 * n + 204]))
    );
    assert_eq!(
        rule(&[x], vec![], op(Bilinear, scale, [-1, 0], [1, 0])),
        Ok(given(I32, &[6, 4, 17], (-84, 108), [4 * n, steps, 4 * n + 204]))
    );
    let one = |scale, offset, border| {
        op(Nearest, [scale, [1, 1]].concat().try_into().unwrap(), [offset, 0], [border, 0])
    };
    for (scale, offset, border, word) in [
        ([0, 1], 0, 0, "scale"),
        ([2_049, 1], 0, 0, "scale"),
        ([2, 0], 0, 0, "scale"),
        ([2, 32], 0, 0, "scale"),
        ([2, 1], -3, 0, "offset"),
        ([2, 1], 32, 0, "offset"),
        ([2, 1], 0, -33, "border"),
        ([2, 1], 0, 2, "border"),
        ([u32::MAX, u32::MAX], i32::MIN, i32::MAX, "scale"),
        ([2, 3], 0, 0, "multiple"),  // 4 by 3
        ([2, 1], 0, -5, "multiple"), // 4 − 5 < 0
        ([2, 31], 31, 1, "multiple"),
    ] {
        refused(&[x], vec![], one(scale, offset, border), word);
    }
    for (scale, offset, border, height) in [([2_048, 1], 0, 0, 4_097), ([2, 1], -2, 1, 8), ([2, 1], 4, 0, 1)]
    {
        let given = rule(&[x], vec![], one(scale, offset, border)).unwrap();
        assert_eq!(given.shape, [height, 2, 17]);
    }
    // 2^15 · 2^16 reaches 2^31; 2^15 · (2^16 − 1)… does not.
    let pixel = (I16, &[1, 1, 1][..], -32_768, 32_767);
    let (fits, not) = ([255, 1, 257, 1], [256, 1, 256, 1]);
    let given = rule(&[pixel], vec![], op(Bilinear, fits, [0, 0], [0, 0])).unwrap();
    assert_eq!(given.interval, (-32_768 * 65_535, 32_767 * 65_535));
    refused(&[pixel], vec![], op(Bilinear, not, [0, 0], [0, 0]), "overflow");
    assert!(rule(&[pixel], vec![], op(Nearest, not, [0, 0], [0, 0])).is_ok());
    refused(&[(I8, &[1 << 24, 1, 1], 0, 1)], vec![], one([2_048, 1], 0, 0), "one dimension");
    refused(&[(I32, &[1, 1, 1], 0, 1)], vec![], one([1, 1], 0, 0), "needs I8 or I16");
}
