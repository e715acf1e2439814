use super::{
    Constants, Inferred, Rule,
    operands::{split_shape, take},
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Largest magnitude of each row, at least 1: i32 `[…, 1]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct AbsMaxRow {}

impl Rule for AbsMaxRow {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let all = x.ty.dtype.range();
        Fault::operand("x", x.interval, (-i32::MAX).max(all.lo).into(), all.hi.into())?;
        let (leading, [_]) = split_shape(x)?;
        let ty = TensorType::new(DType::I32, &[leading, &[1]].concat());
        // At most 2^31 − 1, by the condition.
        let hi = x.interval.distance(0).max(1) as i32;
        Ok(Inferred::new(ty, Interval { lo: 1, hi }, x.ty.elements()))
    }
}
