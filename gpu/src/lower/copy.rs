//! Copies from any strides to any: axes are merged, and moved in the widest units that stay aligned.

use super::{
    Argument, Grid, Work,
    numbers::{divisor, int, signed, unit},
};
use crate::{Error, Kernel};
use isocortex_model::DType;

/// Axes that `copy_strided` and `transpose_tile` hold, and the side of the latter's tile.
const AXES: usize = 12;
const TILE_AXES: usize = 6;
const SIDE: u64 = 32;
/// Sides of a matrix from which a tile is worth it: below, the caches catch what strides waste.
const WORTH: u64 = SIDE / 2;

/// Positions, and how many elements they lie apart in the operand and in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub size: u64,
    pub from: i64,
    pub to: i64,
}

/// What moves in each run, in elements.
pub(super) struct Copy {
    /// The outermost first.
    pub axes: Vec<Axis>,
    /// Of the first element, in the operand and in the result.
    pub first: [i64; 2],
    /// Elements of the operand, 0 where all runs read the same, and of the result.
    pub items: [u64; 2],
}

impl Copy {
    /// The launch that copies from `x` to the result.
    pub fn work(self, dtype: DType, x: Argument) -> Result<Work, Error> {
        let plan = Plan::new(self, dtype.size() as u64)?;
        let memory = vec![x, Argument::Result];
        let (kernel, grid, ints) = match plan.tiled() {
            Some((columns, rows)) => {
                let (grid, ints) = plan.tiles(columns, rows)?;
                (Kernel::TransposeTile, grid, ints)
            }
            None => {
                let mut ints = vec![int(plan.unit)?, plan.axes.len() as i32];
                ints.extend([int(plan.items[0])?, int(plan.items[1])?]);
                ints.extend([signed(plan.first[0])?, signed(plan.first[1])?]);
                ints.extend(axes(&plan.axes, AXES)?);
                (Kernel::CopyStrided, Grid::Threads(plan.axes.iter().map(|a| a.size).product()), ints)
            }
        };
        Ok(Work::new(kernel, memory, grid, ints))
    }
}

/// A copy in units, the axes innermost first, neither of one position nor mergeable.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    unit: u64,
    axes: Vec<Axis>,
    first: [i64; 2],
    items: [u64; 2],
}

impl Plan {
    fn new(copy: Copy, size: u64) -> Result<Self, Error> {
        let bytes = |v: i64| v.saturating_mul(size as i64);
        let scaled = copy.axes.iter().map(|a| Axis { size: a.size, from: bytes(a.from), to: bytes(a.to) });
        let mut axes: Vec<Axis> = vec![];
        for axis in scaled.chain([Axis { size, from: 1, to: 1 }]).filter(|a| a.size != 1) {
            let n = axis.size as i64;
            match axes.last_mut() {
                Some(outer)
                    if outer.from == axis.from.saturating_mul(n) && outer.to == axis.to.saturating_mul(n) =>
                {
                    *outer = Axis { size: outer.size.saturating_mul(axis.size), ..axis };
                }
                _ => axes.push(axis),
            }
        }
        // The bytes that lie side by side on both sides; an axis of them is last if there is any.
        let run = axes.pop_if(|a| (a.from, a.to) == (1, 1)).map_or(1, |a| a.size);
        let first = copy.first.map(bytes);
        let items = copy.items.map(|n| n.saturating_mul(size));
        let distances = axes.iter().flat_map(|a| [a.from, a.to]).chain(first).map(i64::unsigned_abs);
        let unit = unit(distances.chain(items).chain([run]));
        let units = |v: i64| v / unit as i64;
        axes.iter_mut().for_each(|a| *a = Axis { from: units(a.from), to: units(a.to), ..*a });
        if run > unit {
            axes.push(Axis { size: run / unit, from: 1, to: 1 });
        }
        axes.reverse();
        Ok(Self { unit, axes, first: first.map(units), items: items.map(|n| n / unit) })
    }

    /// The axis along which the operand is contiguous and that along which the result is, where tiles help.
    fn tiled(&self) -> Option<(usize, usize)> {
        let columns = self.axes.iter().position(|a| a.from == 1 && a.size >= WORTH)?;
        let rows = self.axes.iter().position(|a| a.to == 1 && a.size >= WORTH)?;
        let fits = self.unit <= 4 && self.axes.len() <= TILE_AXES && self.first == [0, 0];
        (fits && columns != rows).then_some((columns, rows))
    }

    fn tiles(&self, columns: usize, rows: usize) -> Result<(Grid, Vec<i32>), Error> {
        let axis = |i: usize| self.axes.get(i).copied().ok_or_else(|| Error::layout("an axis"));
        let (column, row) = (axis(columns)?, axis(rows)?);
        let tiles = |a: Axis| Axis {
            size: a.size.div_ceil(SIDE),
            from: a.from.saturating_mul(SIDE as i64),
            to: a.to.saturating_mul(SIDE as i64),
        };
        let others = self.axes.iter().enumerate().filter(|(i, _)| ![columns, rows].contains(i));
        let all: Vec<_> = [tiles(column), tiles(row)].into_iter().chain(others.map(|(_, &a)| a)).collect();
        let mut ints = vec![int(self.unit)?, all.len() as i32, int(self.items[0])?, int(self.items[1])?];
        ints.extend([int(column.size)?, int(row.size)?, signed(row.from)?, signed(column.to)?]);
        ints.extend(axes(&all, TILE_AXES)?);
        Ok((Grid::Blocks(all.iter().map(|a| a.size).product()), ints))
    }
}

/// As the kernels read them.
fn axes(all: &[Axis], most: usize) -> Result<Vec<i32>, Error> {
    let unused = std::iter::repeat_n(Axis { size: 1, from: 0, to: 0 }, most.saturating_sub(all.len()));
    let mut ints = vec![];
    for axis in all.iter().copied().chain(unused) {
        ints.extend(divisor(axis.size)?);
        ints.extend([signed(axis.from)?, signed(axis.to)?]);
    }
    Ok(ints)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(size: u64, axes: &[(u64, i64, i64)], first: [i64; 2], items: [u64; 2]) -> Plan {
        let axes = axes.iter().map(|&(size, from, to)| Axis { size, from, to }).collect();
        Plan::new(Copy { axes, first, items }, size).unwrap()
    }

    #[test]
    fn axes_that_follow_each_other_are_one() {
        // A whole [3, 4, 5] of i16, 120 bytes: units of 8.
        let whole = plan(2, &[(3, 20, 20), (4, 5, 5), (5, 1, 1)], [0, 0], [60, 60]);
        let one = Axis { size: 15, from: 1, to: 1 };
        assert_eq!(whole, Plan { unit: 8, axes: vec![one], first: [0, 0], items: [15, 15] });
        // Rows 1 and 2 of it, into a [2, 4, 5]: 40 bytes from byte 40 on, and 80 a run.
        let rows = plan(2, &[(2, 20, 20), (4, 5, 5), (5, 1, 1)], [20, 0], [60, 40]);
        assert_eq!((rows.unit, rows.first, rows.items), (8, [5, 0], [15, 10]));
        assert_eq!(rows.axes, [Axis { size: 10, from: 1, to: 1 }]);
    }

    #[test]
    fn one_odd_distance_makes_the_unit_an_element() {
        for (first, items) in [([1, 0], [60, 60]), ([0, 0], [61, 60])] {
            assert_eq!(plan(4, &[(60, 1, 1)], first, items).unit, 4);
            assert_eq!(plan(1, &[(60, 1, 1)], first, items).unit, 1);
        }
        // Every second, backwards.
        let steps = plan(2, &[(8, -2, 1)], [14, 0], [16, 8]);
        assert_eq!((steps.unit, &steps.axes[..]), (2, &[Axis { size: 8, from: -2, to: 1 }][..]));
        assert_eq!((steps.tiled(), steps.first), (None, [14, 0]));
    }

    #[test]
    fn matrices_that_are_long_both_ways_take_tiles() {
        // [7, 40, 33] as [7, 33, 40]: the columns are the 33, the rows the 40.
        let wide = plan(1, &[(7, 1320, 1320), (33, 1, 40), (40, 33, 1)], [0, 0], [9240, 9240]);
        assert_eq!(wide.tiled(), Some((1, 0)));
        let (grid, ints) = wide.tiles(1, 0).unwrap();
        assert!(matches!(grid, Grid::Blocks(28)), "{grid:?}");
        assert_eq!(ints[..8], [1, 3, 9240, 9240, 33, 40, 33, 40]);
        // Of pixels of three channels nothing is.
        assert_eq!(plan(1, &[(3, 1, 1000), (1000, 3, 1)], [0, 0], [3000, 3000]).tiled(), None);
        // Rows of 16 bytes move as they are.
        assert_eq!(plan(4, &[(40, 4, 132), (33, 160, 4), (4, 1, 1)], [0, 0], [5280, 5280]).unit, 16);
    }
}
