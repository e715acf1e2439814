use super::{Constants, Inferred, Rule, check_zero_point, removed};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// `Σ (x − zero_point)` over some axes, to i32. A mean is this and a Rescale by 1/n.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct ReduceSum {
    /// Axes to remove, strictly increasing, at least one.
    pub axes: Vec<u8>,
    /// Of the operand, in its type.
    pub zero_point: i32,
}

impl Rule for ReduceSum {
    fn infer(&self, operands: &[&Value], _: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = operands else { return Err(Fault::Arity { wanted: 1, got: operands.len() }) };
        check_zero_point(x, self.zero_point)?;
        let (shape, n) = removed(&self.axes, &x.ty.shape)?;
        let reach = n * x.interval.distance(self.zero_point); // below 2^28 · 2^32
        let zp = i64::from(self.zero_point);
        let end = |v: i32| i32::try_from(n * (i64::from(v) - zp));
        match (end(x.interval.lo), end(x.interval.hi), i32::try_from(reach)) {
            (Ok(lo), Ok(hi), Ok(_)) => Ok(Inferred {
                ty: TensorType::new(DType::I32, &shape),
                interval: Interval { lo, hi },
                macs: x.ty.elements(),
                steps: 0,
                bytes: None,
            }),
            _ => Err(Fault::Overflow { channel: 0, reach }),
        }
    }
}
