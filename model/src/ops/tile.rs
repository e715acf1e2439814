use super::{Constants, Inferred, Rule, operands::take};
use crate::{Fault, TensorType, Value, limits};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// The operand repeated.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Tile {
    /// How often, one a dimension.
    pub repeats: Vec<u32>,
}

impl Rule for Tile {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        if self.repeats.len() != x.ty.shape.len() {
            return Err(Fault::Shape(format!("repeats must have {} entries", x.ty.shape.len())));
        }
        let mut shape = x.ty.shape.clone();
        for (d, &n) in shape.iter_mut().zip(&self.repeats) {
            Fault::range("repeats", n.into(), 1, limits::DIM.into())?;
            *d = d.saturating_mul(n); // what saturates is over the limit
        }
        Ok(Inferred::new(TensorType { dtype: x.ty.dtype, shape }, x.interval, 0))
    }
}
