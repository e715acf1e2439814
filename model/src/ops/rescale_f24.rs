use super::{
    Constants, Inferred, Rule, check_range,
    f24::{r24, rne},
    operands::take,
    union,
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Rescale as a requantiser in single precision rounds: `clamp(x·m/2^s + offset + zero_point, lo, hi)`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct RescaleF24 {
    /// Constant: i32 `[1]` or `[C]`, each 0 or in [2^23, 2^24).
    pub multiplier: u32,
    /// Constant: i8 `[1]` or `[C]`, each 0 to 62, or to 46 with an offset.
    pub shift: u32,
    /// Added before the last rounding, −2^15 to 2^15.
    pub offset: i32,
    /// Of the result, added after it.
    pub zero_point: i32,
    /// Smallest result.
    pub lo: i32,
    /// Largest result.
    pub hi: i32,
    /// Type of the result.
    pub dtype: DType,
}

impl RescaleF24 {
    /// The result for one element, with a checked multiplier and shift. `|r24(x)·m|` is at most 2^55 and
    /// `offset·2^s` at most 2^61.
    #[inline(always)]
    pub fn apply(&self, x: i32, m: i32, s: u32) -> i32 {
        let p = r24(r24(x.into()) * i64::from(m));
        let y = rne(r24(p + (i64::from(self.offset) << s)), s) + i64::from(self.zero_point);
        y.clamp(self.lo.into(), self.hi.into()) as i32
    }
}

impl Rule for RescaleF24 {
    fn constants(&self) -> Vec<u32> {
        vec![self.multiplier, self.shift]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        check_range(self.dtype, self.zero_point, self.lo, self.hi)?;
        check_offset(self.offset)?;
        let [n] = constants.shape::<1>(self.multiplier)?;
        if n != 1 && n != x.ty.channels() {
            return Err(Fault::Shape(format!("{n} multipliers for {} channels", x.ty.channels())));
        }
        let multipliers = constants.i32(self.multiplier, &[n])?;
        let shifts = constants.i8(self.shift, &[n])?;
        let most = if self.offset == 0 { 62 } else { 46 };
        let interval = union(multipliers.iter().zip(shifts).map(|(&m, &s)| {
            if m != 0 {
                Fault::range("multiplier", m.into(), 1 << 23, (1 << 24) - 1)?;
            }
            Fault::range("shift", s.into(), 0, most)?;
            // Every step is monotone.
            let [lo, hi] = [x.interval.lo, x.interval.hi].map(|x| self.apply(x, m, s as u32));
            Ok(Interval { lo, hi })
        }))?;
        let ty = TensorType::new(self.dtype, &x.ty.shape);
        let macs = ty.elements();
        Ok(Inferred::new(ty, interval, macs))
    }
}

/// An offset that is added before the last rounding.
pub(super) fn check_offset(offset: i32) -> Result<(), Fault> {
    Fault::range("offset", offset.into(), -(1 << 15), 1 << 15)
}
