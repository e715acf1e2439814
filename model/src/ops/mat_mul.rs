use super::{Constants, Inferred, Rule, accumulate, check_zero_point, operands::take, union};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Product of i8 or i16 rows `[…, K]` with i8 weights `[N, K]` to i32 `[…, N]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct MatMul {
    /// Constant: i8 `[N, K]`.
    pub weight: u32,
    /// Constant: i32 `[N]`.
    pub bias: u32,
    /// Of the operand, in its type.
    pub zero_point: i32,
}

impl Rule for MatMul {
    fn constants(&self) -> Vec<u32> {
        vec![self.weight, self.bias]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        x.ty.dtype.expect_small()?;
        check_zero_point(x, self.zero_point)?;
        let k = x.ty.channels();
        let [n, _] = constants.shape::<2>(self.weight)?;
        let weight = constants.i8(self.weight, &[n, k])?;
        let bias = constants.i32(self.bias, &[n])?;
        let rows = weight.chunks_exact((k as usize).max(1));
        let interval = union(rows.zip(bias).enumerate().map(|(channel, (row, &b))| {
            accumulate(channel, b, row.iter(), x.interval, self.zero_point, false)
        }))?;
        let mut ty = TensorType::new(DType::I32, &x.ty.shape);
        if let Some(last) = ty.shape.last_mut() {
            *last = n;
        }
        let macs = ty.elements().saturating_mul(k.into());
        Ok(Inferred::new(ty, interval, macs))
    }
}
