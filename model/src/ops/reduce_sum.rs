use super::{Constants, Inferred, Rule};
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
        let range = x.ty.dtype.range();
        Fault::range("zero_point", self.zero_point.into(), range.lo.into(), range.hi.into())?;
        let rank = x.ty.shape.len();
        if self.axes.is_empty()
            || !self.axes.is_sorted_by(|a, b| a < b)
            || self.axes.iter().any(|&a| usize::from(a) >= rank)
        {
            return Err(Fault::Shape(format!("axes {:?} of {:?}", self.axes, x.ty.shape)));
        }
        let mut shape = vec![];
        let mut n = 1i64; // at most 2^28, the limit on elements
        for (axis, &d) in (0u8..).zip(&x.ty.shape) {
            if self.axes.contains(&axis) { n *= i64::from(d) } else { shape.push(d) }
        }
        if shape.is_empty() {
            shape.push(1);
        }
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
