use super::{Constants, Inferred, Rule, check_range, union};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `clamp(q31s(x, m, s) + zero_point, lo, hi)`, the one way from accumulators to small integers.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Rescale {
    /// Constant: i32 `[1]` or `[C]`, each 0 or in [2^30, 2^31).
    pub multiplier: u32,
    /// Constant: i8 `[1]` or `[C]`, each 2 to 62.
    pub shift: u32,
    /// Of the result.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Type of the result.
    pub dtype: DType,
}

/// The rounding rule of SPEC.md section 4: `v·m / 2^s`, to the nearest integer, halves up.
///
/// For `m` of 0 or in [2^30, 2^31) and `2 ≤ s ≤ 62` the sum stays below 2^63 and the result below 2^61.
///
/// ```
/// use isocortex_model::ops::q31s;
/// assert_eq!(q31s(5, 1 << 30, 31), 3); // 2.5 rounds up
/// assert_eq!(q31s(-5, 1 << 30, 31), -2); // −2.5 rounds up
/// ```
#[inline(always)]
pub const fn q31s(v: i32, m: i32, s: u32) -> i64 {
    (v as i64 * m as i64 + (1i64 << (s - 1))) >> s
}

/// Refuses what q31s is not defined for.
pub(crate) fn check_scale(m: i32, s: i64) -> Result<(), Fault> {
    if m != 0 {
        Fault::range("multiplier", m.into(), 1 << 30, (1 << 31) - 1)?;
    }
    Fault::range("shift", s, 2, 62)
}

/// The pairs of the constants `multiplier` and `shift`, one or one a channel, each checked as it comes.
pub(crate) fn scales(
    constants: Constants<'_>,
    multiplier: u32,
    shift: u32,
    channels: u32,
) -> Result<impl Iterator<Item = Result<(i32, u32), Fault>>, Fault> {
    let [n] = constants.shape::<1>(multiplier)?;
    if n != 1 && n != channels {
        return Err(Fault::Shape(format!("{n} multipliers for {channels} channels")));
    }
    let pairs = constants.i32(multiplier, &[n])?.iter().zip(constants.i8(shift, &[n])?);
    Ok(pairs.map(|(&m, &s)| check_scale(m, s.into()).map(|()| (m, s as u32))))
}

impl Rule for Rescale {
    fn constants(&self) -> Vec<u32> {
        vec![self.multiplier, self.shift]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        check_range(self.dtype, self.zero_point, self.lo, self.hi)?;
        let interval =
            union(scales(constants, self.multiplier, self.shift, x.ty.channels())?.map(|scale| {
                let (m, s) = scale?;
                let image =
                    |v| (q31s(v, m, s) + i64::from(self.zero_point)).clamp(self.lo.into(), self.hi.into());
                // The clamp has brought both ends into i32.
                Ok(Interval { lo: image(x.interval.lo) as i32, hi: image(x.interval.hi) as i32 })
            }))?;
        let ty = TensorType::new(self.dtype, &x.ty.shape);
        let macs = ty.elements();
        Ok(Inferred { ty, interval, macs, steps: 0, bytes: None })
    }
}
