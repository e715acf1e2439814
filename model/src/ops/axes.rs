//! Axes that a reduction removes: ReduceSum, ReduceMax and ReduceMin.

use super::{Inferred, operands::take};
use crate::{Fault, TensorType, Value};

/// The shape without `axes` (`[1]` if none is left), and how many elements fall together into one.
pub(crate) fn removed(axes: &[u8], shape: &[u32]) -> Result<(Vec<u32>, i64), Fault> {
    if axes.is_empty()
        || !axes.is_sorted_by(|a, b| a < b)
        || axes.iter().any(|&a| usize::from(a) >= shape.len())
    {
        return Err(Fault::Shape(format!("axes {axes:?} of {shape:?}")));
    }
    let mut kept = vec![];
    let mut n = 1i64; // at most 2^28, the limit on elements
    for (axis, &d) in (0u8..).zip(shape) {
        if axes.contains(&axis) { n *= i64::from(d) } else { kept.push(d) }
    }
    if kept.is_empty() {
        kept.push(1);
    }
    Ok((kept, n))
}

/// The rule of ReduceMax and ReduceMin.
pub(crate) fn extreme(axes: &[u8], operands: &[&Value]) -> Result<Inferred, Fault> {
    let [x] = take(operands)?;
    let (shape, _) = removed(axes, &x.ty.shape)?;
    let macs = x.ty.elements();
    let inferred = Inferred::new(TensorType { dtype: x.ty.dtype, shape }, x.interval, macs);
    Ok(Inferred { steps: macs.div_ceil(4), ..inferred })
}
