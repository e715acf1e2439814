use super::{Constants, Inferred, Rule, operands::expect_shape};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Operands one after the other along an axis.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Concat {
    /// The axis.
    pub axis: u8,
}

impl Rule for Concat {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=16
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [first, others @ ..] = operands else { return Err(Fault::Arity { wanted: 2, got: 0 }) };
        let mut ty = first.ty.clone();
        let mut interval = first.interval;
        let axis = usize::from(self.axis);
        for x in others {
            x.ty.expect_dtype(ty.dtype)?;
            let mut wanted = ty.shape.clone();
            let (Some(sum), Some(&own)) = (wanted.get_mut(axis), x.ty.shape.get(axis)) else {
                return Err(Fault::Shape(format!("axis {axis} of {:?} and {:?}", ty.shape, x.ty.shape)));
            };
            let all = sum.saturating_add(own);
            *sum = own;
            expect_shape(x, &[&wanted])?;
            if let Some(sum) = ty.shape.get_mut(axis) {
                *sum = all;
            }
            interval = interval.union(x.interval);
        }
        Ok(Inferred::new(ty, interval, 0))
    }
}
