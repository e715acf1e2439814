use super::{
    Constants, Inferred, Rule,
    operands::{expect_shape, same_dtype, split_shape, take},
};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The first operand with some rows replaced.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ScatterRow {}

impl Rule for ScatterRow {
    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x, index, rows] = take(operands)?;
        same_dtype(x, rows)?;
        let (leading, [k, c]) = split_shape(x)?;
        let (_, [w]) = split_shape(index)?;
        expect_shape(index, &[leading, &[w]])?;
        expect_shape(rows, &[leading, &[w, c]])?;
        Fault::operand("index", index.interval, 0, i64::from(k) - 1)?;
        let steps = index.ty.elements().saturating_mul(8);
        Ok(Inferred { steps, ..Inferred::new(x.ty.clone(), x.interval.union(rows.interval), 0) })
    }
}
