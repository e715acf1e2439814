use super::{
    Constants, Inferred, Rule,
    operands::{expect_shape, split_shape, take},
};
use crate::{Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Rows of the first operand by indices in the second.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Gather {}

impl Rule for Gather {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x, index] = take(operands)?;
        let (leading, [k, c]) = split_shape(x)?;
        let (_, [w]) = split_shape(index)?;
        expect_shape(index, &[leading, &[w]])?;
        Fault::operand("index", index.interval, 0, i64::from(k) - 1)?;
        let ty = TensorType::new(x.ty.dtype, &[leading, &[w, c]].concat());
        let bytes = index.ty.bytes().saturating_add(ty.bytes().saturating_mul(2));
        let steps = index.ty.elements().saturating_mul(8);
        Ok(Inferred { steps, bytes: Some(bytes), ..Inferred::new(ty, x.interval, 0) })
    }
}
