//! Where operands that broadcast lie (SPEC.md section 5), as `groups.cuh` reads it.

use super::{Site, numbers::int};
use crate::Error;

/// Sizes before the last index.
const DEPTH: usize = 6;

/// The `Broadcast` of a node with `operands` operands: depth, dense operands, sizes, strides of each operand.
pub(super) fn broadcast(site: &Site<'_>, operands: usize) -> Result<Vec<i32>, Error> {
    let shapes: Vec<&[u32]> =
        (0..operands).map(|i| Ok(site.x(i)?.shape.as_slice())).collect::<Result<_, Error>>()?;
    layout(&site.y.shape, &shapes)
}

fn layout(result: &[u32], operands: &[&[u32]]) -> Result<Vec<i32>, Error> {
    // Sizes of the result and strides of each operand, the innermost first, the batch last. Neighbours that every
    // operand walks evenly are one.
    let mut levels: Vec<(u64, Vec<u64>)> = vec![];
    let mut add = |size: u64, strides: Vec<u64>| match levels.last_mut() {
        Some((inner, own)) if own.iter().zip(&strides).all(|(a, b)| a.checked_mul(*inner) == Some(*b)) => {
            *inner = inner.saturating_mul(size);
        }
        _ => levels.push((size, strides)),
    };
    let mut strides = vec![1u64; operands.len()];
    for (d, &size) in result.iter().enumerate().rev().filter(|(_, size)| **size != 1) {
        let own: Vec<u64> = operands.iter().map(|x| x.get(d).copied().unwrap_or(1).into()).collect();
        add(size.into(), own.iter().zip(&strides).map(|(&own, &s)| if own == 1 { 0 } else { s }).collect());
        strides.iter_mut().zip(own).for_each(|(stride, own)| *stride *= own);
    }
    // By now each operand's number of elements.
    add(u64::MAX, strides);

    let depth = levels.len().saturating_sub(1);
    let dense =
        operands.iter().enumerate().filter(|(_, x)| **x == result).map(|(i, _)| 1u64 << i).sum::<u64>();
    let mut ints = vec![int(depth as u64)?, int(dense)?];
    let sizes = levels.iter().take(depth).map(|(size, _)| *size).chain(std::iter::repeat(1));
    for size in sizes.take(DEPTH) {
        ints.push(int(size)?);
    }
    for operand in 0..operands.len() {
        let strides = levels.iter().filter_map(|(_, strides)| strides.get(operand).copied());
        for stride in strides.chain(std::iter::repeat(0)).take(DEPTH + 1) {
            ints.push(int(stride)?);
        }
    }
    Ok(ints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shapes_are_one_run_of_elements() {
        let shape = &[2, 3, 4][..];
        let ints = layout(shape, &[shape, shape]).unwrap();
        assert_eq!(ints[..2], [0, 0b11]);
        assert_eq!(ints[8..], [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_repeated_operand_has_strides_of_zero() {
        // Two rows of one column against one row of five: 5 columns, 2 rows, then the batch.
        let ints = layout(&[2, 5], &[&[2, 1], &[1, 5]]).unwrap();
        assert_eq!(ints[..8], [2, 0, 5, 2, 1, 1, 1, 1]);
        assert_eq!(ints[8..15], [0, 1, 2, 0, 0, 0, 0]);
        assert_eq!(ints[15..], [1, 0, 5, 0, 0, 0, 0]);
    }

    #[test]
    fn even_neighbours_are_one() {
        // Channels last: 4 channels, 6 positions, the batch.
        let ints = layout(&[2, 3, 4], &[&[2, 3, 4], &[1, 1, 4]]).unwrap();
        assert_eq!(ints[..8], [2, 0b01, 4, 6, 1, 1, 1, 1]);
        assert_eq!((&ints[8..11], &ints[15..18]), (&[1, 4, 24][..], &[1, 0, 4][..]));
    }

    #[test]
    fn six_dimensions_and_none_alike() {
        let (a, b) = ([2, 1, 2, 1, 2, 1], [1, 3, 1, 3, 1, 3]);
        let ints = layout(&[2, 3, 2, 3, 2, 3], &[&a, &b]).unwrap();
        assert_eq!(ints[..8], [6, 0, 3, 2, 3, 2, 3, 2]);
        assert_eq!(ints[8..15], [0, 1, 0, 2, 0, 4, 8]);
        assert_eq!(ints[15..], [1, 0, 3, 0, 9, 0, 27]);
    }
}
