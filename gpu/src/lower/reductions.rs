//! Reductions.

use super::{
    Argument, Grid, Site, Work,
    numbers::{code, int, lanes, six, strides},
};
use crate::{Error, Kernel};
use isocortex_model::{TensorType, ops};

/// Size and stride of each dimension.
type Dims = Vec<[i32; 2]>;

/// What `reduce.cu` does.
const SUM: i32 = 0;
pub(super) const MAX: i32 = 1;
pub(super) const MIN: i32 = 2;
pub(super) const ARG_MAX: i32 = 3;

/// `reduce.cu`'s type of what one launch leaves to the next, and its bytes.
const KEY: i32 = 3;
const KEY_BYTES: u64 = 8;

/// A reduction that has fewer threads than this is split, so that each thread has [`ELEMENTS`] or more.
const THREADS: u64 = 1 << 17;
const ELEMENTS: u64 = 64;

pub(super) fn reduce_sum(site: &Site<'_>, op: &ops::ReduceSum) -> Result<Vec<Work>, Error> {
    reduction(site, SUM, &op.axes, op.zero_point)
}

pub(super) fn reduce(site: &Site<'_>, operation: i32, axes: &[u8]) -> Result<Vec<Work>, Error> {
    reduction(site, operation, axes, 0)
}

fn reduction(site: &Site<'_>, operation: i32, axes: &[u8], zero_point: i32) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let (kept, removed, along) = split(x, axes)?;
    let results = site.y.elements();
    let n = x.elements() / results.max(1);
    let lanes = if along { lanes(1, n) } else { lanes(results, n).min(32) };
    let splits = (THREADS / (results * lanes).max(1)).min(n / (lanes * ELEMENTS)).clamp(1, 1024);
    let (from, to) = (code(x.dtype), code(site.y.dtype));
    let whole = Pass { results, item: x.elements(), n, splits, lanes, along, kept, removed };
    if splits == 1 {
        let memory = vec![Argument::Operand(0), Argument::Result];
        return Ok(vec![whole.work(memory, [operation, from, to, zero_point])?]);
    }
    let keys = || Argument::Scratch { slot: 0, bytes: results * splits * KEY_BYTES };
    let first = whole.work(vec![Argument::Operand(0), keys()], [operation, from, KEY, zero_point])?;
    let second = Pass {
        results,
        item: results * splits,
        n: splits,
        splits: 1,
        lanes: super::numbers::lanes(1, splits),
        along: true,
        kept: vec![[int(results)?, int(splits)?]],
        removed: vec![[int(splits)?, 1]],
    };
    Ok(vec![first, second.work(vec![keys(), Argument::Result], [operation, KEY, to, 0])?])
}

/// The sums of the pieces of each line where lines are few and long, then the sums along each piece.
pub(super) fn cum_sum(site: &Site<'_>, op: &ops::CumSum) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let (kept, removed, along) = split(x, &[op.axis])?;
    let n = x.shape.get(usize::from(op.axis)).copied().map_or(1, u64::from);
    let inner = x.shape.iter().skip(usize::from(op.axis) + 1).fold(1u64, |n, &d| n.saturating_mul(d.into()));
    let lines = x.elements() / n.max(1);
    let splits = (THREADS / lines.max(1)).min(n / ELEMENTS).clamp(1, 1024);
    let mut works = vec![];
    let mut pieces = Argument::Operand(0);
    if splits > 1 {
        let keys = || Argument::Scratch { slot: 0, bytes: lines * splits * KEY_BYTES };
        let lanes = super::numbers::lanes(lines * splits, n / splits).min(if along { 256 } else { 32 });
        let sums = Pass { results: lines, item: x.elements(), n, splits, lanes, along, kept, removed };
        works.push(sums.work(vec![Argument::Operand(0), keys()], [SUM, code(x.dtype), KEY, 0])?);
        pieces = keys();
    }
    let memory = vec![Argument::Operand(0), pieces, Argument::Result];
    let ints = vec![int(n)?, int(inner)?, int(splits)?, code(x.dtype)];
    works.push(Work::new(Kernel::CumSum, memory, Grid::Threads(lines * splits), ints));
    Ok(works)
}

/// A launch of `reduce.cu`.
struct Pass {
    results: u64,
    item: u64,
    n: u64,
    splits: u64,
    lanes: u64,
    along: bool,
    kept: Vec<[i32; 2]>,
    removed: Vec<[i32; 2]>,
}

impl Pass {
    fn work(self, memory: Vec<Argument>, words: [i32; 4]) -> Result<Work, Error> {
        let counts = [self.results, self.item, self.n, self.splits, self.lanes, self.along.into()];
        let mut ints = counts.into_iter().map(int).collect::<Result<Vec<_>, _>>()?;
        ints.extend(words);
        ints.extend(six(self.kept.into_iter()));
        ints.extend(six(self.removed.into_iter()));
        let grid = Grid::Threads(self.results * self.splits * self.lanes);
        Ok(Work::new(Kernel::Reduce, memory, grid, ints))
    }
}

/// Kept and removed dimensions with their strides, those next to their like as one; and whether the innermost is a
/// removed one.
fn split(x: &TensorType, axes: &[u8]) -> Result<(Dims, Dims, bool), Error> {
    let (mut kept, mut removed, mut before) = (vec![], vec![], None);
    for (d, [size, stride]) in strides(x)?.into_iter().enumerate().filter(|(_, [size, _])| *size > 1) {
        let remove = axes.iter().any(|&a| usize::from(a) == d);
        let dims: &mut Dims = if remove { &mut removed } else { &mut kept };
        match dims.last_mut() {
            Some(last) if before == Some(remove) => *last = [last[0].saturating_mul(size), stride],
            _ => dims.push([size, stride]),
        }
        before = Some(remove);
    }
    Ok((kept, removed, before == Some(true)))
}
