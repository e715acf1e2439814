//! Movement: copies by strides, rows by index, and Resize.

use super::{
    Argument, Grid, Site, Work,
    copy::{Axis, Copy},
    numbers::{code, dims, divisor, int, unit},
};
use crate::{Error, Kernel, pack};
use isocortex_model::{DType, TensorType, ops};

/// Elements from one position to the next along each dimension.
fn steps(shape: &[u32]) -> Vec<i64> {
    let mut step = 1i64;
    let mut steps = vec![];
    for &size in shape.iter().rev() {
        steps.push(step);
        step = step.saturating_mul(size.into());
    }
    steps.reverse();
    steps
}

/// From a position in elements.
fn place(position: &[u32], steps: &[i64]) -> i64 {
    position.iter().zip(steps).map(|(&i, &step)| i64::from(i).saturating_mul(step)).sum()
}

/// Axes of these sizes.
fn axes<'a>(shape: &'a [u32], from: &'a [i64], to: &'a [i64]) -> impl Iterator<Item = Axis> + 'a {
    let all = shape.iter().zip(from.iter().zip(to));
    all.map(|(&size, (&from, &to))| Axis { size: size.into(), from, to })
}

fn items(site: &Site<'_>, x: &TensorType) -> [u64; 2] {
    [x.elements(), site.y.elements()]
}

pub(super) fn transpose(site: &Site<'_>, op: &ops::Transpose) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let steps_x = steps(&x.shape);
    let from: Vec<_> = op.perm.iter().filter_map(|&d| steps_x.get(usize::from(d)).copied()).collect();
    let axes = axes(&site.y.shape, &from, &steps(&site.y.shape)).collect();
    let copy = Copy { axes, first: [0, 0], items: items(site, x) };
    Ok(vec![copy.work(x.dtype, Argument::Operand(0))?])
}

pub(super) fn slice(site: &Site<'_>, op: &ops::Slice) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let steps_x = steps(&x.shape);
    let from: Vec<_> = op.step.iter().zip(&steps_x).map(|(&s, &step)| i64::from(s) * step).collect();
    let axes = axes(&op.size, &from, &steps(&site.y.shape)).collect();
    let copy = Copy { axes, first: [place(&op.start, &steps_x), 0], items: items(site, x) };
    Ok(vec![copy.work(x.dtype, Argument::Operand(0))?])
}

pub(super) fn concat(site: &Site<'_>, op: &ops::Concat) -> Result<Vec<Work>, Error> {
    let to = steps(&site.y.shape);
    let mut before = 0i64;
    let mut works = vec![];
    for i in 0..site.operands() {
        let x = site.x(i)?;
        let copy = Copy {
            axes: axes(&x.shape, &steps(&x.shape), &to).collect(),
            first: [0, before],
            items: items(site, x),
        };
        works.push(copy.work(x.dtype, Argument::Operand(i))?);
        let axis = usize::from(op.axis);
        before += x.shape.get(axis).zip(to.get(axis)).map_or(0, |(&d, &step)| i64::from(d) * step);
    }
    Ok(works)
}

pub(super) fn pad(site: &Site<'_>, op: &ops::Pad) -> Result<Vec<Work>, Error> {
    let (x, to) = (site.x(0)?, steps(&site.y.shape));
    let copy = Copy {
        axes: axes(&x.shape, &steps(&x.shape), &to).collect(),
        first: [0, place(&op.before, &to)],
        items: items(site, x),
    };
    let inside = copy.work(x.dtype, Argument::Operand(0))?;
    if x.shape == site.y.shape {
        return Ok(vec![inside]);
    }
    let border = fill(Argument::Result, site.y.bytes(), repeated(op.value, x.dtype))?;
    Ok(vec![border, inside])
}

pub(super) fn tile(site: &Site<'_>, op: &ops::Tile) -> Result<Vec<Work>, Error> {
    let (x, to) = (site.x(0)?, steps(&site.y.shape));
    let once = axes(&x.shape, &steps(&x.shape), &to).collect::<Vec<_>>();
    let twice = op.repeats.iter().zip(once).flat_map(|(&repeats, axis)| {
        let apart = axis.to.saturating_mul(axis.size as i64);
        [Axis { size: repeats.into(), from: 0, to: apart }, axis]
    });
    let copy = Copy { axes: twice.collect(), first: [0, 0], items: items(site, x) };
    Ok(vec![copy.work(x.dtype, Argument::Operand(0))?])
}

pub(super) fn constant(site: &Site<'_>, op: &ops::Constant) -> Result<Vec<Work>, Error> {
    let elements = site.y.elements();
    let axes = vec![Axis { size: elements, from: 1, to: 1 }];
    let copy = Copy { axes, first: [0, 0], items: [0, elements] };
    Ok(vec![copy.work(site.y.dtype, Argument::Constant(pack::bytes(site.constant(op.tensor)?)))?])
}

pub(super) fn resize(site: &Site<'_>, op: &ops::Resize) -> Result<Vec<Work>, Error> {
    let x = site.x(0)?;
    let ([h, w, c], [oh, ow, _]) = (dims(&x.shape)?, dims(&site.y.shape)?);
    let [ny, dy, nx, dx] = op.scale;
    let pixel = u64::from(c) * x.dtype.size() as u64;
    let unit = unit([pixel]);
    let (kernel, first, inner, count) = match op.mode {
        ops::ResizeMode::Nearest => (Kernel::ResizeNearest, int(unit)?, pixel / unit, site.y.bytes() / unit),
        ops::ResizeMode::Bilinear => (Kernel::ResizeBilinear, code(x.dtype), c.into(), site.y.elements()),
    };
    let mut ints = vec![first];
    ints.extend([divisor(inner)?, divisor(ow.into())?, divisor(oh.into())?].concat());
    ints.extend([int(h)?, int(ny)?, int(dy)?, op.offset[0], int(w)?, int(nx)?, int(dx)?, op.offset[1]]);
    Ok(vec![site.work(kernel, vec![], Grid::Threads(count), ints)])
}

pub(super) fn gather(site: &Site<'_>) -> Result<Vec<Work>, Error> {
    let (x, index) = (site.x(0)?, site.x(1)?);
    let ([k, c], [w]) = (last(x)?, last(index)?);
    rows(site, [Argument::Operand(0), Argument::Operand(1)], index, c.into(), k.into(), w.into())
}

pub(super) fn embed(site: &Site<'_>, op: &ops::Embed) -> Result<Vec<Work>, Error> {
    let (table, index) = (site.constant(op.table)?, site.x(0)?);
    let row = table.shape.iter().skip(1).map(|&d| u64::from(d)).product();
    rows(site, [Argument::Constant(pack::bytes(table)), Argument::Operand(0)], index, row, 0, 1)
}

/// Rows of `row` elements: `x` has groups of `k` of them, each with `w` indices; a `k` of 0 is one group for all.
fn rows(
    site: &Site<'_>,
    [x, at]: [Argument; 2],
    index: &TensorType,
    row: u64,
    k: u64,
    w: u64,
) -> Result<Vec<Work>, Error> {
    let bytes = row.saturating_mul(site.y.dtype.size() as u64);
    let unit = unit([bytes]);
    let mut ints = vec![int(unit)?, code(index.dtype), int(k.saturating_mul(bytes / unit))?];
    ints.extend([divisor(bytes / unit)?, divisor(w)?].concat());
    let grid = Grid::Threads(site.y.bytes() / unit);
    Ok(vec![Work::new(Kernel::GatherRows, vec![x, at, Argument::Result], grid, ints)])
}

pub(super) fn scatter_row(site: &Site<'_>) -> Result<Vec<Work>, Error> {
    let (x, index) = (site.x(0)?, site.x(1)?);
    let ([k, c], [w]) = (last(x)?, last(index)?);
    let bytes = u64::from(c) * x.dtype.size() as u64;
    let unit = unit([bytes]);
    let winners = 4 * (x.elements() / u64::from(c).max(1));
    let winner = || Argument::Scratch { slot: 0, bytes: winners };
    let mut find = vec![code(index.dtype), int(k)?];
    find.extend(divisor(w.into())?);
    let mut copy = vec![int(unit)?];
    copy.extend(divisor(bytes / unit)?);
    Ok(vec![
        fill(winner(), winners, -1)?,
        Work::new(
            Kernel::ScatterWinner,
            vec![Argument::Operand(1), winner()],
            Grid::Threads(index.elements()),
            find,
        ),
        Work::new(
            Kernel::ScatterRow,
            vec![Argument::Operand(0), Argument::Operand(2), winner(), Argument::Result],
            Grid::Threads(site.y.bytes() / unit),
            copy,
        ),
    ])
}

/// The sizes of the last dimensions.
pub(super) fn last<const N: usize>(ty: &TensorType) -> Result<[u32; N], Error> {
    let last = ty.shape.last_chunk::<N>().copied();
    last.ok_or_else(|| Error::layout(format!("a tensor {:?} where {N} dimensions are needed", ty.shape)))
}

/// Four bytes of an element and as many like it.
pub(super) fn repeated(value: i32, dtype: DType) -> i32 {
    match dtype {
        DType::I8 => i32::from_ne_bytes([value as u8; 4]),
        DType::I16 => ((value as u32 & 0xffff) * 0x1_0001).cast_signed(),
        DType::I32 => value,
    }
}

/// Fills `bytes` bytes of each run.
fn fill(memory: Argument, bytes: u64, value: i32) -> Result<Work, Error> {
    let unit = unit([bytes, 4]);
    let grid = Grid::Threads(bytes / unit);
    Ok(Work::new(Kernel::Fill, vec![memory], grid, vec![int(unit)?, value]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_fills_four_bytes() {
        assert_eq!(repeated(-128, DType::I8), 0x8080_8080_u32.cast_signed());
        assert_eq!(repeated(-2, DType::I16), 0xfffe_fffe_u32.cast_signed());
        assert_eq!(repeated(i32::MIN, DType::I32), i32::MIN);
    }
}
