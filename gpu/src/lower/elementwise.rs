//! Element by element.

use super::{Site, Work, numbers::code};
use crate::{Error, Kernel, pack};
use isocortex_model::{DType, ops};

pub(super) fn add_scaled(site: &Site<'_>, op: &ops::AddScaled) -> Result<Vec<Work>, Error> {
    let (a, b) = (site.x(0)?, site.x(1)?);
    if a.shape != b.shape {
        return Err(site.no_kernel(" of operands that broadcast"));
    }
    let ([ma, mb], [za, zb]) = (op.multipliers, op.zero_points);
    let mut ints = vec![code(a.dtype), code(b.dtype), code(site.y.dtype), ma, mb, za, zb];
    ints.extend([op.shift.into(), op.zero_point, op.lo, op.hi]);
    Ok(vec![site.elements(Kernel::AddScaled, vec![], ints)])
}

pub(super) fn clamp(site: &Site<'_>, op: &ops::Clamp) -> Result<Vec<Work>, Error> {
    Ok(vec![site.elements(Kernel::Clamp, vec![], vec![code(site.y.dtype), op.lo, op.hi])])
}

pub(super) fn table8(site: &Site<'_>, op: &ops::Table8) -> Result<Vec<Work>, Error> {
    if site.y.dtype != DType::I8 {
        return Err(site.no_kernel(" of wide entries"));
    }
    Ok(vec![site.elements(Kernel::Table8, vec![pack::bytes(site.constant(op.table)?)], vec![])])
}
