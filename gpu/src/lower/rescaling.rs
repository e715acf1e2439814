//! Rescaling.

use super::{
    Site, Work,
    numbers::{code, int},
};
use crate::{Error, Kernel, pack};
use isocortex_model::ops;

pub(super) fn rescale(site: &Site<'_>, op: &ops::Rescale) -> Result<Vec<Work>, Error> {
    let (multiplier, shift) = (site.constant(op.multiplier)?, site.constant(op.shift)?);
    let channels = int(multiplier.ty().elements())?;
    let ints = vec![channels, code(site.x(0)?.dtype), code(site.y.dtype), op.zero_point, op.lo, op.hi];
    Ok(vec![site.elements(Kernel::Rescale, vec![pack::bytes(multiplier), pack::bytes(shift)], ints)])
}
