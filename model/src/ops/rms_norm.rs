use super::{
    Constants, Inferred, Rule,
    layer_norm::{affine, bound, check_squares, steps},
    operands::{split_shape, take},
    union,
};
use crate::{DType, Fault, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Each row over its root mean square, times gamma, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct RmsNorm {
    /// Constant: i16 `[K]`.
    pub gamma: u32,
    /// 1 to 2^31 − 1, in squared units of the operand.
    pub epsilon: i32,
    /// Fractional bits of the normalised row, 0 to 14.
    pub fraction: u8,
}

impl Rule for RmsNorm {
    fn constants(&self) -> Vec<u32> {
        vec![self.gamma]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let (_, [k]) = split_shape(x)?;
        Fault::range("epsilon", self.epsilon.into(), 1, i32::MAX.into())?;
        Fault::range("fraction", self.fraction.into(), 0, 14)?;
        check_squares(k, x.interval.distance(0))?;
        let (bound, gamma) = (bound(k, self.fraction), constants.i16(self.gamma, &[k])?);
        let interval = union(gamma.iter().enumerate().map(|(channel, &g)| affine(channel, bound, g, 0)))?;
        let ty = TensorType::new(DType::I32, &x.ty.shape);
        let macs = ty.elements().saturating_mul(4);
        let steps = steps(&ty);
        Ok(Inferred { steps, ..Inferred::new(ty, interval, macs) })
    }
}
