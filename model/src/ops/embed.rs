use super::{
    Constants, Inferred, Rule,
    operands::{extent, take},
};
use crate::{Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Rows of a constant by the operand's indices.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Embed {
    /// Constant: any type, `[K, C…]`.
    pub table: u32,
}

impl Rule for Embed {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [index] = take(operands)?;
        let table = constants.get(self.table)?;
        let [k, c @ ..] = table.shape.as_slice() else {
            return Err(Fault::Shape("the table has no dimensions".into()));
        };
        if c.is_empty() {
            return Err(Fault::Shape(format!(
                "the table must have at least 2 dimensions, it is {:?}",
                table.shape
            )));
        }
        Fault::operand("index", index.interval, 0, i64::from(*k) - 1)?;
        let ty = TensorType::new(table.ty().dtype, &[&index.ty.shape, c].concat());
        let bytes = index.ty.bytes().saturating_add(ty.bytes().saturating_mul(2));
        let steps = index.ty.elements().saturating_mul(8);
        Ok(Inferred { steps, bytes: Some(bytes), ..Inferred::new(ty, extent(table)?, 0) })
    }
}
