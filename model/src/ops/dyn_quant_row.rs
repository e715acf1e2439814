use super::{
    Constants, Inferred, Rule,
    operands::{expect_row, take},
    q31s,
};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Each row in 127ths of a row's own number, to i8.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct DynQuantRow {}

impl DynQuantRow {
    /// The row's multiplier M and shift S, for `row` of at least 1: the smallest S with
    /// `M = floor(127·2^S / row) ≥ 2^30`.
    ///
    /// ```
    /// use isocortex_model::ops::DynQuantRow;
    /// assert_eq!(DynQuantRow::scale(127), (1 << 30, 30));
    /// assert_eq!(DynQuantRow::scale(1), (127 << 24, 24));
    /// assert_eq!(DynQuantRow::scale(i32::MAX), (2_130_706_432, 55)); // 127·2^24 and a rest
    /// ```
    pub fn scale(row: i32) -> (i32, u32) {
        let row = i64::from(row.max(1));
        // M ≥ 2^30 says 127·2^S ≥ row·2^30. With b the bits of row, S = b + 22 is too little, as 127 < 2^7, and
        // b + 24 is enough, as 127 ≥ 2^6.
        let least = 64 - row.leading_zeros() + 23;
        let shift = least + u32::from((127i64 << least) < row << 30);
        // Below 2^31: a floor below 2^30 doubles to less.
        (((127i64 << shift) / row) as i32, shift)
    }

    /// The result for one element of a row with this scale.
    #[inline(always)]
    pub fn apply(x: i32, (m, s): (i32, u32)) -> i32 {
        q31s(x, m, s).clamp(-127, 127) as i32
    }
}

impl Rule for DynQuantRow {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x, row] = take(operands)?;
        expect_row(x, row)?;
        let end = |any: bool, v: i32| if any { v } else { 0 };
        let interval = Interval { lo: end(x.interval.lo < 0, -127), hi: end(x.interval.hi > 0, 127) };
        let ty = TensorType::new(DType::I8, &x.ty.shape);
        let macs = ty.elements().saturating_mul(2);
        let steps = row.ty.elements().saturating_mul(16);
        Ok(Inferred { steps, ..Inferred::new(ty, interval, macs) })
    }
}

#[cfg(test)]
mod tests {
    use super::DynQuantRow;

    #[test]
    fn the_smallest_shift() {
        let powers = (0..31).map(|k| 1i64 << k);
        for row in
            powers.flat_map(|p| [p - 1, p, p + 1, 127 * p, 127 * p + 1]).filter(|r| (1..1 << 31).contains(r))
        {
            let (m, s) = DynQuantRow::scale(row as i32);
            assert_eq!(i64::from(m), (127 << s) / row);
            assert!(m >= 1 << 30 && (127i64 << (s - 1)) / row < 1 << 30, "{row}");
        }
    }
}
