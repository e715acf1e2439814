//! Rows: softmax, norms, and what else a row decides together.

use super::{
    Grid, Site, Work,
    numbers::{code, int},
};
use crate::{Error, Kernel, pack};
use isocortex_model::ops;

/// Rows longer than this have a block of their own, others a warp: 32 elements a thread.
const LONG: u32 = 1024;

/// One warp or one block a row of the first operand; the struct begins with the number of rows, which of the two, the
/// row's length, the operand's type.
fn rows(site: &Site<'_>, kernel: Kernel, constants: Vec<Vec<u8>>, more: &[i32]) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let k = x.channels();
    let rows = x.elements() / u64::from(k).max(1);
    let wide = k > LONG;
    let grid = if wide { Grid::Blocks(rows) } else { Grid::Warps(rows) };
    let ints = [&[wide.into(), int(k)?, code(x.dtype)], more].concat();
    Ok(vec![site.work(kernel, constants, grid, ints)])
}

/// A kernel that needs to know no more.
pub(super) fn typed(site: &Site<'_>, kernel: Kernel) -> Result<Vec<Work>, Error> {
    rows(site, kernel, vec![], &[])
}

pub(super) fn softmax15(site: &Site<'_>, op: &ops::Softmax15) -> Result<Vec<Work>, Error> {
    let table = pack::bytes(site.constant(op.table)?);
    rows(site, Kernel::Softmax15, vec![table], &[op.multiplier, op.shift.into()])
}

pub(super) fn layer_norm(site: &Site<'_>, op: &ops::LayerNorm) -> Result<Vec<Work>, Error> {
    let constants = vec![pack::bytes(site.constant(op.gamma)?), pack::bytes(site.constant(op.beta)?)];
    rows(site, Kernel::LayerNorm, constants, &[op.epsilon, op.fraction.into()])
}

pub(super) fn rms_norm(site: &Site<'_>, op: &ops::RmsNorm) -> Result<Vec<Work>, Error> {
    let gamma = pack::bytes(site.constant(op.gamma)?);
    rows(site, Kernel::RmsNorm, vec![gamma], &[op.epsilon, op.fraction.into()])
}

pub(super) fn l2_norm(site: &Site<'_>, op: &ops::L2Norm) -> Result<Vec<Work>, Error> {
    rows(site, Kernel::L2Norm, vec![], &[op.epsilon, op.fraction.into()])
}
