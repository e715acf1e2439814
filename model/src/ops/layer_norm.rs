use super::{
    Constants, Inferred, Rule, isqrt,
    operands::{split_shape, take},
    union,
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Each row less its mean, over its deviation, times gamma plus beta, to i32.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct LayerNorm {
    /// Constant: i16 `[K]`.
    pub gamma: u32,
    /// Constant: i32 `[K]`.
    pub beta: u32,
    /// 1 to 2^31 − 1, in squared units of the operand.
    pub epsilon: i32,
    /// Fractional bits of the normalised row, 0 to 14.
    pub fraction: u8,
}

impl Rule for LayerNorm {
    fn constants(&self) -> Vec<u32> {
        vec![self.gamma, self.beta]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let (_, [k]) = split_shape(x)?;
        Fault::range("epsilon", self.epsilon.into(), 1, i32::MAX.into())?;
        Fault::range("fraction", self.fraction.into(), 0, 14)?;
        check_squares(k, i64::from(x.interval.hi) - i64::from(x.interval.lo))?;
        let bound = bound(k, self.fraction);
        let (gamma, beta) = (constants.i16(self.gamma, &[k])?, constants.i32(self.beta, &[k])?);
        let interval = union(
            gamma.iter().zip(beta).enumerate().map(|(channel, (&g, &b))| affine(channel, bound, g, b)),
        )?;
        let ty = TensorType::new(DType::I32, &x.ty.shape);
        let macs = ty.elements().saturating_mul(4);
        let steps = steps(&ty);
        Ok(Inferred { steps, ..Inferred::new(ty, interval, macs) })
    }
}

/// Refuses magnitudes whose `k` squares would not sum to less than 2^61.
pub(super) fn check_squares(k: u32, magnitude: i64) -> Result<(), Fault> {
    // Below 2^24 · 2^64.
    let sum = i128::from(k) * i128::from(magnitude) * i128::from(magnitude);
    if magnitude <= i32::MAX.into() && sum < 1 << 61 { Ok(()) } else { Err(Fault::Squares { k, magnitude }) }
}

/// B: more than any magnitude of a normalised row of `k` elements with `fraction` (at most 14) fractional bits.
pub(super) fn bound(k: u32, fraction: u8) -> i64 {
    // The root of at most 2^24 · 4^14.
    isqrt(u64::from(k) << (2 * fraction)).cast_signed() + 2
}

/// `beta ± bound·|gamma|` within i32.
pub(super) fn affine(channel: usize, bound: i64, gamma: i16, beta: i32) -> Result<Interval, Fault> {
    let (spread, beta) = (bound * i64::from(gamma).abs(), i64::from(beta));
    let reach = spread + beta.abs();
    match (i32::try_from(beta - spread), i32::try_from(beta + spread), i32::try_from(reach)) {
        (Ok(lo), Ok(hi), Ok(_)) => Ok(Interval { lo, hi }),
        _ => Err(Fault::Overflow { channel, reach }),
    }
}

/// Two an element and sixteen a row.
pub(super) fn steps(ty: &TensorType) -> u64 {
    let rows = ty.elements().checked_div(ty.channels().into()).unwrap_or(0);
    ty.elements().saturating_mul(2).saturating_add(rows.saturating_mul(16))
}
