use super::{
    Constants, Inferred, Rule,
    operands::{expect_shape, same_dtype, split_shape, take},
};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A cache with new rows written at a position.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct KvAppend {}

impl Rule for KvAppend {
    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [cache, new, position] = take(operands)?;
        same_dtype(cache, new)?;
        let (leading, [t, d]) = split_shape(cache)?;
        let (_, [n, _]) = split_shape(new)?;
        expect_shape(new, &[leading, &[n, d]])?;
        expect_shape(position, &[&[1]])?;
        let Some(last) = t.checked_sub(n) else {
            return Err(Fault::Shape(format!("{n} rows do not fit a cache of {t}")));
        };
        Fault::operand("position", position.interval, 0, last.into())?;
        Ok(Inferred::new(cache.ty.clone(), cache.interval.union(new.interval), 0))
    }
}
