//! Movement.

use super::{
    Site, Work,
    numbers::{code, int, six, strides},
};
use crate::{Error, Kernel};
use isocortex_model::ops;

pub(super) fn transpose(site: &Site<'_>, op: &ops::Transpose) -> Result<Vec<Work>, Error> {
    let strided = strides(site.x(0)?)?;
    let mut ints = vec![int(site.y.elements())?, code(site.y.dtype)];
    ints.extend(six(op.perm.iter().filter_map(|&axis| strided.get(usize::from(axis)).copied())));
    Ok(vec![site.elements(Kernel::Transpose, vec![], ints)])
}
