use super::{
    Constants, Inferred, Rule,
    operands::{expect_shape, split_shape, take},
};
use crate::{Fault, Interval, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Rotary position embedding.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Rope {
    /// Constant: i16 `[P, D/2]`, Q15.
    pub cos: u32,
    /// Constant: i16 `[P, D/2]`, Q15.
    pub sin: u32,
    /// Pairs are neighbours instead of halves.
    pub interleaved: bool,
}

impl Rule for Rope {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn constants(&self) -> Vec<u32> {
        vec![self.cos, self.sin]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x, position] = take(operands)?;
        let (_, [t, d]) = split_shape(x)?;
        if !d.is_multiple_of(2) {
            return Err(Fault::Shape(format!("rows of {d} elements do not consist of pairs")));
        }
        expect_shape(position, &[&[t]])?;
        let [p, _] = constants.shape::<2>(self.cos)?;
        constants.i16(self.cos, &[p, d / 2])?;
        constants.i16(self.sin, &[p, d / 2])?;
        Fault::operand("position", position.interval, 0, i64::from(p) - 1)?;
        let (all, reach) = (x.ty.dtype.range(), x.interval.distance(0).saturating_mul(2));
        let end = |v: i64| v.clamp(all.lo.into(), all.hi.into()) as i32;
        let bytes = [x.ty.bytes(), position.ty.bytes(), x.ty.bytes().saturating_mul(2)];
        Ok(Inferred {
            steps: x.ty.elements(),
            bytes: Some(bytes.into_iter().fold(0, u64::saturating_add)),
            ..Inferred::new(
                x.ty.clone(),
                Interval { lo: end(-reach), hi: end(reach) },
                x.ty.elements().saturating_mul(2),
            )
        })
    }
}
