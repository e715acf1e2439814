use super::{
    Constants, Inferred, Rule,
    operands::{split_shape, take},
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Softmax of each row in Q15.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Softmax15 {
    /// Constant: i16 `[256]`, 2^(−i/256) in Q15.
    pub table: u32,
    /// 0 to 2^31 − 1.
    pub multiplier: i32,
    /// 0 to 62.
    pub shift: u8,
}

impl Rule for Softmax15 {
    fn constants(&self) -> Vec<u32> {
        vec![self.table]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let (_, [k]) = split_shape(x)?;
        Fault::limit("elements of a row", k.into(), 1 << 16)?;
        let table = constants.i16(self.table, &[256])?;
        for (i, &v) in table.iter().enumerate() {
            Fault::range("table", v.into(), i64::from(i == 0), i16::MAX.into())?;
        }
        Fault::range("multiplier", self.multiplier.into(), 0, i32::MAX.into())?;
        Fault::range("shift", self.shift.into(), 0, 62)?;
        let ty = TensorType::new(DType::I16, &x.ty.shape);
        let [steps, macs] = [4, 8].map(|n| ty.elements().saturating_mul(n));
        Ok(Inferred { steps, ..Inferred::new(ty, Interval { lo: 0, hi: i16::MAX.into() }, macs) })
    }
}
