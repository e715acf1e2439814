//! Pools.

use super::{Site, Work, numbers::geometry};
use crate::{Error, Kernel};
use isocortex_model::{DType, ops};

pub(super) fn max_pool(site: &Site<'_>, op: &ops::MaxPool) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    if x.dtype != DType::I8 {
        return Err(site.no_kernel(" of wide elements"));
    }
    Ok(vec![site.elements(Kernel::MaxPool, vec![], geometry(x, site.y, op.window(), false)?)])
}
