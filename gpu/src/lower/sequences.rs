//! Sequences: positions that are known only when a model runs.

use super::{
    Grid, Site, Work,
    movement::{last, repeated},
    numbers::{code, divisor, int, unit},
};
use crate::{Error, Kernel, pack};
use isocortex_model::ops;

/// How many matrices of the last two dimensions the result has.
fn groups(site: &Site<'_>) -> Result<u64, Error> {
    let [rows, columns] = last(site.y)?;
    Ok(site.y.elements() / (u64::from(rows) * u64::from(columns)).max(1))
}

pub(super) fn rope(site: &Site<'_>, op: &ops::Rope) -> Result<Vec<Work>, Error> {
    let [t, d] = last(site.y)?;
    let all = site.y.dtype.range();
    let mut ints = vec![code(site.y.dtype), code(site.x(1)?.dtype), op.interleaved.into(), all.lo, all.hi];
    ints.extend([divisor(u64::from(d / 2))?, divisor(t.into())?, divisor(groups(site)?)?].concat());
    let tables = vec![pack::bytes(site.constant(op.cos)?), pack::bytes(site.constant(op.sin)?)];
    Ok(vec![site.work(Kernel::Rope, tables, Grid::Threads(site.y.elements() / 2), ints)])
}

pub(super) fn kv_append(site: &Site<'_>) -> Result<Vec<Work>, Error> {
    let ([t, d], [n, _]) = (last(site.y)?, last(site.x(1)?)?);
    let bytes = u64::from(d) * site.y.dtype.size() as u64;
    let unit = unit([bytes]);
    let row = bytes / unit;
    let mut ints = vec![int(unit)?, code(site.x(2)?.dtype), int(row)?, int(row * u64::from(n))?];
    ints.extend([divisor(row * u64::from(t))?, divisor(groups(site)?)?].concat());
    Ok(vec![site.work(Kernel::KvAppend, vec![], Grid::Threads(site.y.bytes() / unit), ints)])
}

pub(super) fn causal_mask(site: &Site<'_>, op: &ops::CausalMask) -> Result<Vec<Work>, Error> {
    let [queries, keys] = last(site.y)?;
    let dtype = site.y.dtype;
    let row = u64::from(keys) * dtype.size() as u64;
    let unit = unit([row, 4]);
    let mut ints = vec![int(unit)?, int(dtype.size() as u64)?, code(site.x(1)?.dtype)];
    ints.extend([repeated(op.fill, dtype), int(keys)?]);
    ints.extend([divisor(row / unit)?, divisor(queries.into())?, divisor(groups(site)?)?].concat());
    Ok(vec![site.work(Kernel::CausalMask, vec![], Grid::Threads(site.y.bytes() / unit), ints)])
}
