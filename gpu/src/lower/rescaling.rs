//! Rescaling.

use super::{
    Site, Work,
    numbers::{code, int},
};
use crate::{Error, Kernel, pack};
use isocortex_model::ops;

/// The constants of a scale, and for how many channels they are.
fn scale(site: &Site<'_>, multiplier: u32, shift: u32) -> Result<(Vec<Vec<u8>>, i32), Error> {
    let (multiplier, shift) = (site.constant(multiplier)?, site.constant(shift)?);
    Ok((vec![pack::bytes(multiplier), pack::bytes(shift)], int(multiplier.ty().elements())?))
}

pub(super) fn rescale(site: &Site<'_>, op: &ops::Rescale) -> Result<Vec<Work>, Error> {
    let (constants, channels) = scale(site, op.multiplier, op.shift)?;
    let types = [site.x(0)?, site.y].map(|ty| code(ty.dtype));
    let ints = [&[channels][..], &types, &[op.zero_point, op.lo, op.hi]].concat();
    Ok(vec![site.groups(Kernel::Rescale, constants, ints)])
}

pub(super) fn rescale_f24(site: &Site<'_>, op: &ops::RescaleF24) -> Result<Vec<Work>, Error> {
    let (constants, channels) = scale(site, op.multiplier, op.shift)?;
    let types = [site.x(0)?, site.y].map(|ty| code(ty.dtype));
    let ints = [&[channels][..], &types, &[op.offset, op.zero_point, op.lo, op.hi]].concat();
    Ok(vec![site.groups(Kernel::RescaleF24, constants, ints)])
}

pub(super) fn rescale_row(site: &Site<'_>, op: &ops::RescaleRow) -> Result<Vec<Work>, Error> {
    let (constants, channels) = scale(site, op.multiplier, op.shift)?;
    let n = int(site.y.channels())?;
    let ints = vec![n, channels, code(site.y.dtype), op.row_shift.into(), op.zero_point, op.lo, op.hi];
    Ok(vec![site.groups(Kernel::RescaleRow, constants, ints)])
}
