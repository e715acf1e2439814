use super::{Constants, Inferred, Rule, operands::take, union};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A table of 513 entries with linear interpolation: any function of one i16.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Table16 {
    /// Constant: i16 `[513]`.
    pub table: u32,
}

impl Rule for Table16 {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        x.ty.expect_dtype(DType::I16)?;
        let table = constants.i16(self.table, &[513])?;
        // An i16's interval gives places 0 to 511, each read with the one after it.
        let [lo, hi] = [x.interval.lo, x.interval.hi].map(|v| ((v >> 7) + 256) as usize);
        let read = table.iter().take(hi + 2).skip(lo).map(|&entry| i32::from(entry));
        let entries = union(read.map(|entry| Ok(Interval { lo: entry, hi: entry })))?;
        let ty = TensorType::new(DType::I32, &x.ty.shape);
        let (elements, interval) = (ty.elements(), Interval { lo: 128 * entries.lo, hi: 128 * entries.hi });
        Ok(Inferred { steps: elements, ..Inferred::new(ty, interval, elements.saturating_mul(2)) })
    }
}
