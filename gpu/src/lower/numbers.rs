//! Shapes and types as the numbers that kernels take.

use crate::Error;
use isocortex_model::{DType, TensorType, ops::Window};

/// Image sizes, window, stride, dilation where the kernel has one, and the pads before.
pub(super) fn geometry(
    x: &TensorType,
    y: &TensorType,
    window: Window,
    dilated: bool,
) -> Result<Vec<i32>, Error> {
    let ([h, w, c], [oh, ow, _]) = (dims(&x.shape)?, dims(&y.shape)?);
    let Window { kernel: [kh, kw], stride, dilation, pads: [top, left, ..] } = window;
    let dilation = if dilated { dilation.to_vec() } else { vec![] };
    let all = [h, w, c, oh, ow, kh, kw].into_iter().chain(stride).chain(dilation).chain([top, left]);
    all.map(int).collect()
}

/// Size and row-major stride of each dimension.
pub(super) fn strides(ty: &TensorType) -> Result<Vec<[i32; 2]>, Error> {
    let mut stride = 1u64;
    let mut pairs = vec![];
    for &size in ty.shape.iter().rev() {
        pairs.push([int(size)?, int(stride)?]);
        stride = stride.saturating_mul(size.into());
    }
    pairs.reverse();
    Ok(pairs)
}

/// Six sizes and then six strides, the missing ones in front as size 1.
pub(super) fn six(pairs: impl Iterator<Item = [i32; 2]>) -> Vec<i32> {
    let pairs: Vec<_> = pairs.collect();
    let padded =
        || std::iter::repeat_n([1, 0], 6usize.saturating_sub(pairs.len())).chain(pairs.iter().copied());
    padded().map(|[size, _]| size).chain(padded().map(|[_, stride]| stride)).collect()
}

/// How many threads share each of `results` results of `n` steps: a power of two up to a block, more where results are
/// few, and each with four steps or more.
pub(super) fn lanes(results: u64, n: u64) -> u64 {
    let most = n / 4;
    let wanted = (1u64 << 17) / results.max(1);
    let lanes = most.min(wanted).clamp(1, 256);
    1 << lanes.ilog2()
}

pub(super) fn dims<const N: usize>(shape: &[u32]) -> Result<[u32; N], Error> {
    shape.try_into().map_err(|_| Error::layout(format!("a tensor {shape:?} where {N} dimensions are needed")))
}

pub(super) fn int(value: impl Into<u64>) -> Result<i32, Error> {
    let value = value.into();
    i32::try_from(value).map_err(|_| Error::layout(format!("a size of {value}")))
}

/// SPEC.md section 7's number of a type, which the kernels use too.
pub(crate) fn code(dtype: DType) -> i32 {
    match dtype {
        DType::I8 => 0,
        DType::I16 => 1,
        DType::I32 => 2,
    }
}

/// A distance.
pub(super) fn signed(value: i64) -> Result<i32, Error> {
    i32::try_from(value).map_err(|_| Error::layout(format!("a distance of {value}")))
}

/// The most bytes, up to 16, that a thread may move at once where all these numbers of bytes are multiples of it.
pub(super) fn unit(bytes: impl IntoIterator<Item = u64>) -> u64 {
    1 << bytes.into_iter().fold(16, |all, n| all | n).trailing_zeros()
}

/// `movement.cuh`'s Divisor.
pub(super) fn divisor(size: u64) -> Result<[i32; 3], Error> {
    let bits = u64::from(size.max(1).next_power_of_two().trailing_zeros());
    let wanted = || Error::layout(format!("a division by {size}"));
    if size == 0 || bits > 30 {
        return Err(wanted());
    }
    let magic = (1u64 << (31 + bits)).div_ceil(size);
    let magic = u32::try_from(magic).map_err(|_| wanted())?;
    Ok([int(size)?, magic.cast_signed(), int(31 + bits)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_exact() {
        for size in (1..2000).chain([4095, 4096, 4097, 65_537, 1 << 24, (1 << 30) - 1, 1 << 30]) {
            let [_, magic, shift] = divisor(size).unwrap();
            let near = |n: u64| [n.saturating_sub(1), n, n + 1].into_iter();
            let multiples = [1, 2, 3, 1000, (1 << 31) / size - 1, (1 << 31) / size].map(|n| n * size);
            for n in multiples.into_iter().flat_map(near).chain([0, (1 << 31) - 1]).filter(|&n| n < 1 << 31) {
                assert_eq!((n * u64::from(magic.cast_unsigned())) >> shift, n / size, "{n} / {size}");
            }
        }
        assert!(divisor(0).is_err() && divisor((1 << 30) + 1).is_err());
    }

    #[test]
    fn units_divide_all() {
        for (bytes, wanted) in [(&[32, 48][..], 16), (&[8, 0], 8), (&[], 16), (&[6, 4], 2), (&[4, 3], 1)] {
            assert_eq!(unit(bytes.iter().copied()), wanted, "{bytes:?}");
        }
    }
}
