use super::{Constants, Inferred, Rule, axes};
use crate::{Fault, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Largest element over some axes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ReduceMax {
    /// Axes to remove, strictly increasing, at least one.
    pub axes: Vec<u8>,
}

impl Rule for ReduceMax {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        axes::extreme(&self.axes, operands)
    }
}
