//! Reductions.

use super::{
    Site, Work,
    numbers::{code, int, six, strides},
};
use crate::{Error, Kernel};
use isocortex_model::ops;

pub(super) fn reduce_sum(site: &Site<'_>, op: &ops::ReduceSum) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let removed = |d: usize| op.axes.iter().any(|&a| usize::from(a) == d);
    let strided = strides(x)?;
    let select = |wanted: bool| strided.iter().enumerate().filter(move |(d, _)| removed(*d) == wanted);
    let n = select(true).map(|(_, &[size, _])| u64::from(size.unsigned_abs())).product::<u64>();
    let mut ints = vec![int(site.y.elements())?, int(x.elements())?, int(n)?, code(x.dtype), op.zero_point];
    ints.extend(six(select(false).map(|(_, &pair)| pair)));
    ints.extend(six(select(true).map(|(_, &pair)| pair)));
    Ok(vec![site.elements(Kernel::ReduceSum, vec![], ints)])
}
