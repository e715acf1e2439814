use super::{
    Constants, Inferred, Rule, axes,
    operands::{take, within_i32},
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Running sums along an axis, to i32: the i-th result is the sum of elements 0 to i.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CumSum {
    /// The axis.
    pub axis: u8,
}

impl Rule for CumSum {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let (_, n) = axes::removed(&[self.axis], &x.ty.shape)?;
        let Interval { lo, hi } = x.interval;
        // n is at most 2^24.
        let all = [lo, hi].map(|v| i128::from(n) * i128::from(v));
        let reach = i128::from(n) * i128::from(x.interval.distance(0));
        within_i32(-reach, reach)?;
        let interval = within_i32(all[0].min(lo.into()), all[1].max(hi.into()))?;
        let ty = TensorType::new(DType::I32, &x.ty.shape);
        let elements = ty.elements();
        Ok(Inferred { steps: elements, ..Inferred::new(ty, interval, elements) })
    }
}
