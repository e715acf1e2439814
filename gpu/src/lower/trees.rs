//! Trees.

use super::{
    Grid, Site, THREADS, Work,
    numbers::{code, int},
};
use crate::{Error, Kernel, pack};
use isocortex_model::ops;

pub(super) fn tree_ensemble(site: &Site<'_>, op: &ops::TreeEnsemble) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let [feature, threshold, children] =
        [site.constant(op.feature)?, site.constant(op.threshold)?, site.constant(op.children)?]
            .map(|tensor| tensor.as_i32());
    let nodes = feature.iter().zip(threshold).zip(children.chunks(2));
    let nodes = nodes.flat_map(|((f, t), children)| [f, t].into_iter().chain(children));
    let nodes = nodes.flat_map(|v| v.to_le_bytes()).collect();
    let rest = [op.roots, op.leaves, op.bias].map(|constant| site.constant(constant).map(pack::bytes));
    let constants = [Ok(nodes)].into_iter().chain(rest).collect::<Result<Vec<_>, Error>>()?;

    let (trees, c) = (site.constant(op.roots)?.ty().elements(), u64::from(site.y.channels()));
    let rows = x.elements() / u64::from(x.channels()).max(1);
    let block = u64::from(THREADS);
    let lanes = trees.max(c).min(block).next_power_of_two();
    let classes = c.next_power_of_two().min(lanes);
    let blocks = (rows * c.div_ceil(classes)).div_ceil(block / lanes);
    let counts = [rows, x.channels().into(), trees, c];
    let mut ints = counts.into_iter().map(int).collect::<Result<Vec<_>, _>>()?;
    ints.extend([code(x.dtype), int(lanes)?, int(classes)?]);
    Ok(vec![site.work(Kernel::TreeEnsemble, constants, Grid::Blocks(blocks), ints)])
}
