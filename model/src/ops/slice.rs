use super::{Constants, Inferred, Rule, operands::take};
use crate::{Fault, TensorType, Value, limits};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Every so manyth element of each dimension from a start.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Slice {
    /// First index, one a dimension.
    pub start: Vec<u32>,
    /// Not 0, one a dimension.
    pub step: Vec<i32>,
    /// Elements of the result, one a dimension.
    pub size: Vec<u32>,
}

impl Rule for Slice {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let rank = x.ty.shape.len();
        if [self.start.len(), self.step.len(), self.size.len()] != [rank; 3] {
            return Err(Fault::Shape(format!("start, step and size must have {rank} entries")));
        }
        for (((&start, &step), &size), &d) in
            self.start.iter().zip(&self.step).zip(&self.size).zip(&x.ty.shape)
        {
            let most = i64::from(limits::DIM);
            Fault::range("step", step.into(), -most, most)?;
            if step == 0 {
                return Err(Fault::Attribute { what: "step", got: 0, allowed: "any other".into() });
            }
            Fault::range("size", size.into(), 1, most)?;
            Fault::range("start", start.into(), 0, i64::from(d) - 1)?;
            // Below 2^24 · 2^24 + 2^24.
            let last = i64::from(start) + (i64::from(size) - 1) * i64::from(step);
            Fault::range("last index", last, 0, i64::from(d) - 1)?;
        }
        Ok(Inferred::new(TensorType::new(x.ty.dtype, &self.size), x.interval, 0))
    }
}
