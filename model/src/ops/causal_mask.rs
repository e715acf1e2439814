use super::{
    Constants, Inferred, Rule,
    operands::{expect_shape, split_shape, take},
};
use crate::{Fault, Interval, Value, limits};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// What lies behind the query's position is filled.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct CausalMask {
    /// In the operand's type.
    pub fill: i32,
}

impl Rule for CausalMask {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x, position] = take(operands)?;
        split_shape::<2>(x)?;
        expect_shape(position, &[&[1]])?;
        let all = x.ty.dtype.range();
        Fault::range("fill", self.fill.into(), all.lo.into(), all.hi.into())?;
        Fault::operand("position", position.interval, 0, limits::DIM.into())?;
        let fill = Interval { lo: self.fill, hi: self.fill };
        Ok(Inferred::new(x.ty.clone(), x.interval.union(fill), 0))
    }
}
