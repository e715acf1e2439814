//! Convolutions and products.

use super::{
    Grid, Site, Work, linear_wide,
    numbers::{dims, geometry, int},
};
use crate::{Error, Kernel, pack};
use isocortex_model::{
    DType,
    ops::{self, Window},
};

pub(super) fn mat_mul(site: &Site<'_>, op: &ops::MatMul) -> Result<Vec<Work>, Error> {
    if !narrow(site)? {
        return linear_wide::mat_mul(site, op);
    }
    let weight = site.constant(op.weight)?;
    let [n, k] = dims(&weight.shape)?;
    let (rows, ldw) = pack::rows(weight.as_i8(), k as usize);
    let bias = site.constant(op.bias)?.as_i32();
    let bias = pack::folded_bias(bias, weight.as_i8(), k as usize, op.zero_point);
    let grid = Grid::Tiles { rows: site.y.elements() / u64::from(n).max(1), columns: n.into() };
    let ints = vec![int(n)?, int(k)?, int(ldw as u64)?];
    Ok(vec![site.with_tail(Kernel::Gemm, vec![rows, bias], grid, ints)?])
}

pub(super) fn conv2d(site: &Site<'_>, op: &ops::Conv2d) -> Result<Vec<Work>, Error> {
    if op.groups != 1 || !narrow(site)? {
        return linear_wide::conv2d(site, op);
    }
    let weight = site.constant(op.weight)?;
    let [o, kh, kw, c] = dims(&weight.shape)?;
    let k = kh as usize * kw as usize * c as usize;
    let (rows, ldw) = pack::rows(weight.as_i8(), k);
    let bias = pack::folded_bias(site.constant(op.bias)?.as_i32(), weight.as_i8(), k, op.zero_point);
    let mut ints = vec![int(o)?, int(ldw as u64)?];
    ints.extend(geometry(site.x(0)?, site.y, op.window([kh, kw]), true)?);
    ints.push(op.zero_point);
    let grid = Grid::Tiles { rows: site.y.elements() / u64::from(o).max(1), columns: o.into() };
    Ok(vec![site.with_tail(Kernel::Conv2d, vec![rows, bias], grid, ints)?])
}

pub(super) fn depthwise_conv2d(site: &Site<'_>, op: &ops::DepthwiseConv2d) -> Result<Vec<Work>, Error> {
    let weight = site.constant(op.weight)?;
    let [kh, kw, _] = dims(&weight.shape)?;
    depthwise(site, pack::bytes(weight), op.bias, op.window([kh, kw]), op.zero_point)
}

/// Weights `[KH, KW, C]`.
pub(super) fn depthwise(
    site: &Site<'_>,
    weight: Vec<u8>,
    bias: u32,
    window: Window,
    zero_point: i32,
) -> Result<Vec<Work>, Error> {
    let mut ints = geometry(site.x(0)?, site.y, window, true)?;
    ints.push(zero_point);
    let constants = vec![weight, pack::bytes(site.constant(bias)?)];
    if !narrow(site)? {
        return Ok(vec![site.elements(Kernel::DepthwiseConv2dWide, constants, ints)]);
    }
    let grid = Grid::Threads(site.y.elements());
    Ok(vec![site.with_tail(Kernel::DepthwiseConv2d, constants, grid, ints)?])
}

/// The kernels with a tail read i8.
fn narrow(site: &Site<'_>) -> Result<bool, Error> {
    Ok(site.x(0)?.dtype == DType::I8)
}
