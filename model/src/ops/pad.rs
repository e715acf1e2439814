use super::{Constants, Inferred, Rule, operands::take};
use crate::{Fault, Interval, TensorType, Value, limits};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A border of one value.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Pad {
    /// Elements before, one a dimension.
    pub before: Vec<u32>,
    /// Elements after, one a dimension.
    pub after: Vec<u32>,
    /// What the border holds, in the operand's type.
    pub value: i32,
}

impl Rule for Pad {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let rank = x.ty.shape.len();
        if [self.before.len(), self.after.len()] != [rank; 2] {
            return Err(Fault::Shape(format!("before and after must have {rank} entries")));
        }
        let all = x.ty.dtype.range();
        Fault::range("value", self.value.into(), all.lo.into(), all.hi.into())?;
        let mut shape = x.ty.shape.clone();
        for (d, (&before, &after)) in shape.iter_mut().zip(self.before.iter().zip(&self.after)) {
            Fault::range("before", before.into(), 0, limits::DIM.into())?;
            Fault::range("after", after.into(), 0, limits::DIM.into())?;
            *d += before + after; // at most 3 · 2^24
        }
        let border = Interval { lo: self.value, hi: self.value };
        let interval = if shape == x.ty.shape { x.interval } else { x.interval.union(border) };
        Ok(Inferred::new(TensorType { dtype: x.ty.dtype, shape }, interval, 0))
    }
}
