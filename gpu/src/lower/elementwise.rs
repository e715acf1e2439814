//! Element by element.

use super::{Site, Work, broadcast::broadcast, numbers::code};
use crate::{Error, Kernel, pack};
use isocortex_model::ops::{self, Relation};

/// The operations of `binary.cu`, by its numbers.
#[derive(Clone, Copy)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Max,
    Min,
    Equal,
    Greater,
    GreaterEqual,
}

impl From<Relation> for Binary {
    fn from(relation: Relation) -> Self {
        match relation {
            Relation::Equal => Self::Equal,
            Relation::Greater => Self::Greater,
            Relation::GreaterOrEqual => Self::GreaterEqual,
        }
    }
}

/// The operations of `unary.cu`, by its numbers; of a shift the places, and whether it rounds.
#[derive(Clone, Copy)]
pub(super) enum Unary {
    Neg,
    Abs,
    Left(u8),
    Right(u8, bool),
}

impl Unary {
    pub fn of(op: &ops::Shift) -> Self {
        let places = op.bits.unsigned_abs();
        if op.bits >= 0 { Self::Left(places) } else { Self::Right(places, op.round) }
    }

    fn ints(self) -> [i32; 3] {
        match self {
            Self::Neg => [0, 0, 0],
            Self::Abs => [1, 0, 0],
            Self::Left(places) => [2, places.into(), 0],
            Self::Right(places, round) => [3, places.into(), round.into()],
        }
    }
}

/// A kernel of two operands that broadcast: `before`, the three types, `after`, where the operands lie.
fn two(site: &Site<'_>, kernel: Kernel, before: &[i32], after: &[i32]) -> Result<Vec<Work>, Error> {
    let types = [site.x(0)?, site.x(1)?, site.y].map(|ty| code(ty.dtype));
    let ints = [before, &types, after, &broadcast(site, 2)?].concat();
    Ok(vec![site.groups(kernel, vec![], ints)])
}

pub(super) fn binary(site: &Site<'_>, op: Binary) -> Result<Vec<Work>, Error> {
    two(site, Kernel::Binary, &[op as i32], &[])
}

pub(super) fn add_scaled(site: &Site<'_>, op: &ops::AddScaled) -> Result<Vec<Work>, Error> {
    let ([ma, mb], [za, zb]) = (op.multipliers, op.zero_points);
    let ints = [ma, mb, za, zb, op.shift.into(), op.zero_point, op.lo, op.hi];
    two(site, Kernel::AddScaled, &[], &ints)
}

pub(super) fn mul_rescale(site: &Site<'_>, op: &ops::MulRescale) -> Result<Vec<Work>, Error> {
    let [za, zb] = op.zero_points;
    let ints = [za, zb, op.multiplier, op.shift.into(), op.zero_point, op.lo, op.hi];
    two(site, Kernel::MulRescale, &[], &ints)
}

pub(super) fn add_f24(site: &Site<'_>, op: &ops::AddF24) -> Result<Vec<Work>, Error> {
    let [ma, mb] = op.multipliers;
    // The low word, then the high one.
    let mut ints: Vec<i32> = [ma, mb, op.fixed].iter().flat_map(|&v| [v as i32, (v >> 32) as i32]).collect();
    ints.extend(op.zero_points);
    ints.extend([op.shift.into(), op.zero_point, op.lo, op.hi]);
    ints.extend(broadcast(site, 2)?);
    Ok(vec![site.groups(Kernel::AddF24, vec![], ints)])
}

pub(super) fn select(site: &Site<'_>) -> Result<Vec<Work>, Error> {
    let mut ints = vec![code(site.x(0)?.dtype), code(site.y.dtype)];
    ints.extend(broadcast(site, 3)?);
    Ok(vec![site.groups(Kernel::SelectElements, vec![], ints)])
}

pub(super) fn unary(site: &Site<'_>, op: Unary) -> Result<Vec<Work>, Error> {
    let [op, places, round] = op.ints();
    let ints = vec![op, code(site.x(0)?.dtype), code(site.y.dtype), places, round];
    Ok(vec![site.groups(Kernel::Unary, vec![], ints)])
}

pub(super) fn clamp(site: &Site<'_>, op: &ops::Clamp) -> Result<Vec<Work>, Error> {
    Ok(vec![site.groups(Kernel::Clamp, vec![], vec![code(site.y.dtype), op.lo, op.hi])])
}

pub(super) fn table8(site: &Site<'_>, op: &ops::Table8) -> Result<Vec<Work>, Error> {
    let table = pack::bytes(site.constant(op.table)?);
    Ok(vec![site.groups(Kernel::Table8, vec![table], vec![code(site.y.dtype)])])
}

pub(super) fn table16(site: &Site<'_>, op: &ops::Table16) -> Result<Vec<Work>, Error> {
    Ok(vec![site.groups(Kernel::Table16, vec![pack::bytes(site.constant(op.table)?)], vec![])])
}
