//! The steps after a linear node that its kernel does before it stores: `kernels/tail.cuh`.

use crate::{Error, lower::code};
use isocortex_model::{DType, Model, Op, Tensor, ops};

/// Nothing, or a rescale with what follows it.
#[derive(Clone, Default)]
pub(crate) struct Tail {
    rescale: Option<Rescale>,
    add: Option<Add>,
    table: Option<Table>,
}

#[derive(Clone)]
struct Rescale {
    f24: bool,
    offset: i32,
    zero_point: i32,
    limits: [i32; 2],
    multiplier: u32,
    shift: u32,
    dtype: DType,
}

#[derive(Clone)]
struct Add {
    /// Type of the residual.
    from: DType,
    op: ops::AddScaled,
    /// Whether the sum is the node's second operand.
    turned: bool,
}

#[derive(Clone)]
struct Table {
    constant: u32,
    after_add: bool,
}

impl Tail {
    /// Adds what `node` does to `value`, which it alone reads, and returns the other value that it reads; `None`
    /// where it cannot be part of the tail.
    pub fn push(&mut self, model: &Model, value: usize, node: usize) -> Option<Option<u32>> {
        let node = model.header().nodes.get(node)?;
        match (&node.op, &mut *self) {
            (Op::Rescale(op), Self { rescale: rescale @ None, .. }) => {
                let ops::Rescale { multiplier, shift, zero_point, lo, hi, dtype } = *op;
                let limits = [lo, hi];
                *rescale =
                    Some(Rescale { f24: false, offset: 0, zero_point, limits, multiplier, shift, dtype });
            }
            (Op::RescaleF24(op), Self { rescale: rescale @ None, .. }) => {
                let ops::RescaleF24 { multiplier, shift, offset, zero_point, lo, hi, dtype } = *op;
                let limits = [lo, hi];
                *rescale = Some(Rescale { f24: true, offset, zero_point, limits, multiplier, shift, dtype });
            }
            (Op::AddScaled(op), Self { rescale: Some(_), add: add @ None, .. }) => {
                let other = *node.operands.iter().find(|&&v| v as usize != value)?;
                let ty = |v: usize| model.values().get(v).map(|v| &v.ty);
                let residual =
                    ty(other as usize).filter(|r| ty(value).is_some_and(|x| x.shape == r.shape))?;
                let turned = node.operands.first() == Some(&other);
                *add = Some(Add { from: residual.dtype, op: op.clone(), turned });
                return Some(Some(other));
            }
            // The limits of the step before, limited: clamps are monotone.
            (Op::Clamp(op), Self { rescale: Some(_), add: Some(add), table }) => {
                if table.as_ref().is_some_and(|t| t.after_add) {
                    return None;
                }
                [add.op.lo, add.op.hi] = [add.op.lo, add.op.hi].map(|v| v.clamp(op.lo, op.hi));
            }
            (Op::Clamp(op), Self { rescale: Some(rescale), add: None, table: None }) => {
                rescale.limits = rescale.limits.map(|v| v.clamp(op.lo, op.hi));
            }
            (Op::Table8(op), Self { rescale: Some(_), add, table: table @ None }) => {
                model.constants().get(op.table as usize).filter(|t| t.ty().dtype == DType::I8)?;
                *table = Some(Table { constant: op.table, after_add: add.is_some() });
            }
            _ => return None,
        }
        Some(None)
    }

    /// Whether there is a residual.
    pub fn adds(&self) -> bool {
        self.add.is_some()
    }

    /// The struct of `tail.cuh`.
    pub fn ints(&self) -> Vec<i32> {
        let Some(rescale) = &self.rescale else {
            return [0, code(DType::I32)].into_iter().chain([0; 15]).collect();
        };
        let to = match (&self.add, &self.table) {
            (_, Some(Table { after_add: true, .. })) | (None, Some(_)) => DType::I8,
            (Some(add), _) => add.op.dtype,
            (None, None) => rescale.dtype,
        };
        let [lo, hi] = rescale.limits;
        let mut ints = vec![1 + i32::from(rescale.f24), code(to), rescale.offset, rescale.zero_point, lo, hi];
        if let Some(Add { from, op, turned }) = &self.add {
            let (mut multipliers, mut zeros) = (op.multipliers, op.zero_points);
            if *turned {
                multipliers.reverse();
                zeros.reverse();
            }
            ints.extend([1, code(*from)].into_iter().chain(multipliers).chain(zeros));
            ints.extend([op.shift.into(), op.zero_point, op.lo, op.hi]);
        } else {
            ints.extend([0; 10]);
        }
        ints.push(self.table.as_ref().map_or(0, |t| 1 + i32::from(t.after_add)));
        ints
    }

    /// Multiplier and shift of each of `channels`, where there is a rescale.
    pub fn scale(&self, model: &Model, channels: u32) -> Result<Option<Vec<u8>>, Error> {
        let Some(rescale) = &self.rescale else { return Ok(None) };
        let (multipliers, shifts) = (constant(model, rescale.multiplier)?, constant(model, rescale.shift)?);
        let (multipliers, shifts) = (multipliers.as_i32().iter().cycle(), shifts.as_i8().iter().cycle());
        let pairs = multipliers.zip(shifts).take(channels as usize);
        Ok(Some(pairs.flat_map(|(&m, &s)| [m, s.into()]).flat_map(i32::to_le_bytes).collect()))
    }

    /// The table, where there is one.
    pub fn table(&self, model: &Model) -> Result<Option<Vec<u8>>, Error> {
        let table = self.table.as_ref().map(|t| constant(model, t.constant)).transpose()?;
        Ok(table.map(crate::pack::bytes))
    }
}

fn constant(model: &Model, index: u32) -> Result<&Tensor, Error> {
    model.constants().get(index as usize).ok_or_else(|| Error::layout("a missing constant"))
}
