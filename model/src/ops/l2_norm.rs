use super::{
    Constants, Inferred, Rule,
    layer_norm::{check_squares, steps},
    operands::{split_shape, take},
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Each row over its length, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct L2Norm {
    /// 1 to 2^31 − 1, in squared units of the operand.
    pub epsilon: i32,
    /// Fractional bits of the result, 0 to 24.
    pub fraction: u8,
}

impl Rule for L2Norm {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let (_, [k]) = split_shape(x)?;
        Fault::range("epsilon", self.epsilon.into(), 1, i32::MAX.into())?;
        Fault::range("fraction", self.fraction.into(), 0, 24)?;
        check_squares(k, x.interval.distance(0))?;
        let most = (1 << self.fraction) + 1;
        let ty = TensorType::new(DType::I32, &x.ty.shape);
        let macs = ty.elements().saturating_mul(3);
        let steps = steps(&ty);
        Ok(Inferred { steps, ..Inferred::new(ty, Interval { lo: -most, hi: most }, macs) })
    }
}
