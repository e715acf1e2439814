use super::{Constants, Inferred, Rule, check_range};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `min(max(x, lo), hi)` on any type.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Clamp {
    /// Smallest result, in the operand's type.
    pub lo: i32,
    /// Largest result, in the operand's type.
    pub hi: i32,
}

impl Rule for Clamp {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        check_range(x.ty.dtype, self.lo, self.lo, self.hi)?;
        Ok(Inferred {
            ty: x.ty.clone(),
            interval: x.interval.clamp(self.lo, self.hi),
            macs: 0,
            steps: 0,
            bytes: None,
        })
    }
}
