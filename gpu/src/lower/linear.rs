//! Convolutions and products.

use super::{
    Grid, Site, Work, linear_wide,
    numbers::{dims, geometry, int},
    parts::{BYTES, TAPS, parts},
};
use crate::{Error, Kernel, Products, THREADS, pack};
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
    let ints = vec![int(n)?, int(k)?, int(ldw as u64)?];
    tiled(site, Kernel::Gemm, rows, bias, ldw, ints)
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
    tiled(site, Kernel::Conv2d, rows, bias, ldw, ints)
}

/// A product with these rows of weights.
fn tiled(
    site: &Site<'_>,
    kernel: Kernel,
    weights: Vec<u8>,
    bias: Vec<u8>,
    ldw: usize,
    ints: Vec<i32>,
) -> Result<Vec<Work>, Error> {
    let columns = u64::from(site.y.channels());
    let rows = site.y.elements() / columns.max(1);
    let blocks = kernel.form(rows, columns, Products::Rows).tiles(rows, columns);
    let parts = parts(site.y.elements(), blocks, ldw as u64, BYTES);
    site.sum(kernel, vec![weights], Some(bias), Grid::Tiles { rows, columns }, ints, parts)
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
    let bias = Some(pack::bytes(site.constant(bias)?));
    let (results, [kh, kw]) = (site.y.elements(), window.kernel.map(u64::from));
    let parts = parts(results, results.div_ceil(THREADS.into()), kh * kw, TAPS);
    let kernel = if narrow(site)? { Kernel::DepthwiseConv2d } else { Kernel::DepthwiseConv2dWide };
    site.sum(kernel, vec![weight], bias, Grid::Threads(results), ints, parts)
}

/// The kernels with a tail read i8.
fn narrow(site: &Site<'_>) -> Result<bool, Error> {
    Ok(site.x(0)?.dtype == DType::I8)
}
