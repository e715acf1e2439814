use super::{Constants, Inferred, Rule, axes};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Lowest index of the largest element along an axis, as i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ArgMax {
    /// Axis to remove.
    pub axis: u8,
}

impl Rule for ArgMax {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let reduced = axes::extreme(&[self.axis], operands)?;
        let n = operands.iter().find_map(|x| x.ty.shape.get(usize::from(self.axis))).copied().unwrap_or(1);
        let ty = TensorType { dtype: DType::I32, ..reduced.ty };
        // A dimension is at most 2^24.
        Ok(Inferred { ty, interval: Interval { lo: 0, hi: n as i32 - 1 }, ..reduced })
    }
}
