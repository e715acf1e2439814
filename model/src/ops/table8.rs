use super::{Constants, Inferred, Rule, union};
use crate::{DType, Fault, Interval, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `table[x + 128]`: any function of one i8.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Table8 {
    /// Constant: i8 `[256]`.
    pub table: u32,
}

impl Rule for Table8 {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        x.ty.expect_dtype(DType::I8)?;
        let table = constants.i8(self.table, &[256])?;
        let interval = union(
            (-128..=127)
                .zip(table)
                .filter(|(v, _)| x.interval.contains(*v))
                .map(|(_, &y)| Ok(Interval { lo: y.into(), hi: y.into() })),
        )?;
        Ok(Inferred { ty: x.ty.clone(), interval, macs: 0, steps: 0, bytes: None })
    }
}
