use super::{
    Constants, Inferred, Rule,
    operands::{extent, take},
};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A tensor of the weight table as a value.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Constant {
    /// Constant: any type and shape.
    pub tensor: u32,
}

impl Rule for Constant {
    fn arity(&self) -> RangeInclusive<usize> {
        0..=0
    }

    fn constants(&self) -> Vec<u32> {
        vec![self.tensor]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [] = take(operands)?;
        let tensor = constants.get(self.tensor)?;
        Ok(Inferred::new(tensor.ty(), extent(tensor)?, 0))
    }
}
