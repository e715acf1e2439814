use super::{Constants, Inferred, Rule, operands::take};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Indices of the largest elements of each row, as i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TopK {
    /// How many, 1 to the row's length.
    pub k: u32,
}

impl Rule for TopK {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let n = x.ty.channels();
        Fault::range("k", self.k.into(), 1, n.into())?;
        let mut ty = TensorType::new(DType::I32, &x.ty.shape);
        if let Some(last) = ty.shape.last_mut() {
            *last = self.k;
        }
        let macs = x.ty.elements().saturating_mul((u32::BITS - n.leading_zeros()).into());
        // A dimension is at most 2^24.
        let interval = Interval { lo: 0, hi: n as i32 - 1 };
        Ok(Inferred { steps: macs, ..Inferred::new(ty, interval, macs) })
    }
}
