use super::{Constants, Inferred, Rule, check_zero_point, operands::take};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Product of two activations `[…, M, K]` and `[…, K, N]` to i32 `[…, M, N]`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct BatchMatMul {
    /// Of each operand, in its type.
    pub zero_points: [i32; 2],
    /// The second operand is `[…, N, K]`.
    pub transposed: bool,
}

impl Rule for BatchMatMul {
    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [a, b] = take(operands)?;
        for (x, zero_point) in operands.iter().zip(self.zero_points) {
            x.ty.dtype.expect_small()?;
            check_zero_point(x, zero_point)?;
        }
        let unfit = || Fault::Shape(format!("{:?} times {:?}", a.ty.shape, b.ty.shape));
        let ([before @ .., m, k], [also_before @ .., p, q]) = (&a.ty.shape[..], &b.ty.shape[..]) else {
            return Err(unfit());
        };
        let (inner, n) = if self.transposed { (q, p) } else { (p, q) };
        if before != also_before || k != inner {
            return Err(unfit());
        }
        let ty = TensorType::new(DType::I32, &[before, &[*m, *n]].concat());
        let [za, zb] = self.zero_points;
        let terms = i64::from(*k);
        let reach = terms * a.interval.distance(za) * b.interval.distance(zb); // below 2^24 · 2^16 · 2^16
        if reach > i32::MAX.into() {
            return Err(Fault::Overflow { channel: 0, reach });
        }
        let ends = |x: Interval, zp: i32| [x.lo, x.hi].map(|v| i64::from(v) - i64::from(zp));
        let (mut lo, mut hi) = (i64::MAX, i64::MIN);
        for u in ends(a.interval, za) {
            for v in ends(b.interval, zb) {
                (lo, hi) = (lo.min(terms * u * v), hi.max(terms * u * v));
            }
        }
        let interval = Interval { lo: lo as i32, hi: hi as i32 }; // no further from 0 than `reach`
        let macs = ty.elements().saturating_mul((*k).into());
        Ok(Inferred { steps: b.ty.elements().div_ceil(16), ..Inferred::new(ty, interval, macs) })
    }
}
