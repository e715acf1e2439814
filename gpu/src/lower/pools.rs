//! Pools.

use super::{
    Grid, Site, Work,
    numbers::{code, geometry, int, lanes},
};
use crate::{Error, Kernel};
use isocortex_model::ops::{self, Window};

pub(super) fn max_pool(site: &Site<'_>, op: &ops::MaxPool) -> Result<Vec<Work>, Error> {
    pool(site, op.window(), [0; 4])
}

pub(super) fn avg_pool(site: &Site<'_>, op: &ops::AvgPool) -> Result<Vec<Work>, Error> {
    let [zx, zy] = op.zero_points;
    pool(site, op.window(), [1, zx, zy, op.count_padding.into()])
}

pub(super) fn avg_pool_f24(site: &Site<'_>, op: &ops::AvgPoolF24) -> Result<Vec<Work>, Error> {
    let mut ints = geometry(site.x(0)?, site.y, op.window(), false)?;
    let ([mx, my], [sx, sy]) = (op.multipliers, op.shifts.map(i32::from));
    ints.extend([op.count_padding.into(), op.operand_zero_point, mx, my, sx, sy]);
    ints.extend([op.offset, op.zero_point, op.lo, op.hi]);
    Ok(vec![site.elements(Kernel::AvgPoolF24, vec![], ints)])
}

/// `last` are the kernel's last four words.
fn pool(site: &Site<'_>, window: Window, last: [i32; 4]) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let channels = if x.channels().is_multiple_of(4) { 4 } else { 1 };
    let results = site.y.elements() / channels;
    let lanes = lanes(results, window.kernel.into_iter().map(u64::from).product()).min(32);
    let mut ints = geometry(x, site.y, window, false)?;
    ints.extend([code(x.dtype), int(lanes)?]);
    ints.extend(last);
    Ok(vec![site.work(Kernel::Pool, vec![], Grid::Threads(results * lanes), ints)])
}
