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
