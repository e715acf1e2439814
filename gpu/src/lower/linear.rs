//! Convolutions and products.

use super::{
    Grid, Site, Work,
    numbers::{dims, geometry, int},
};
use crate::{Error, Kernel, pack};
use isocortex_model::{DType, ops};

pub(super) fn mat_mul(site: &Site<'_>, op: &ops::MatMul) -> Result<Vec<Work>, Error> {
    narrow(site)?;
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
    narrow(site)?;
    if op.groups != 1 {
        return Err(site.no_kernel(" of groups"));
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
    narrow(site)?;
    let weight = site.constant(op.weight)?;
    let [kh, kw, _] = dims(&weight.shape)?;
    let mut ints = geometry(site.x(0)?, site.y, op.window([kh, kw]), true)?;
    ints.push(op.zero_point);
    let constants = vec![pack::bytes(weight), pack::bytes(site.constant(op.bias)?)];
    let grid = Grid::Threads(site.y.elements());
    Ok(vec![site.with_tail(Kernel::DepthwiseConv2d, constants, grid, ints)?])
}

/// These kernels read i8.
fn narrow(site: &Site<'_>) -> Result<(), Error> {
    if site.x(0)?.dtype == DType::I8 { Ok(()) } else { Err(site.no_kernel(" of i16")) }
}
