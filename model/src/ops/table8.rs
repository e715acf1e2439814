use super::{Constants, Inferred, Rule, operands::take};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `table[x + 128]`: any function of one i8, to the table's type.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Table8 {
    /// Constant: any type, `[256]`.
    pub table: u32,
}

impl Rule for Table8 {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        x.ty.expect_dtype(DType::I8)?;
        let table = constants.any(self.table, &[256])?;
        // An i8's interval lies in −128..=127, so both positions are in 0..=255.
        let [lo, hi] = [x.interval.lo, x.interval.hi].map(|v| (v + 128) as usize);
        let interval = table.data.interval(lo..hi + 1).unwrap_or(table.data.dtype().range());
        let ty = TensorType::new(table.data.dtype(), &x.ty.shape);
        Ok(Inferred::new(ty, interval, 0))
    }
}
