//! Proofs that several ops share: attributes in their range, sums within i32.

use crate::{DType, Fault, Interval, Value};

/// An operand's zero point: in its type.
pub(crate) fn check_zero_point(x: &Value, zero_point: i32) -> Result<(), Fault> {
    let all = x.ty.dtype.range();
    Fault::range("zero_point", zero_point.into(), all.lo.into(), all.hi.into())
}

/// A result's range attributes: `lo ≤ hi`, both and the zero point in the type.
pub(crate) fn check_range(dtype: DType, zero_point: i32, lo: i32, hi: i32) -> Result<(), Fault> {
    let all = dtype.range();
    let (min, max) = (all.lo.into(), all.hi.into());
    Fault::range("zero_point", zero_point.into(), min, max)?;
    Fault::range("hi", hi.into(), min, max)?;
    Fault::range("lo", lo.into(), min, hi.into())
}

/// Interval of `bias + Σ w·(x − zp)` and the proof that no partial sum leaves i32 (section 5, Conv2d).
///
/// `padded` says that some terms may be missing, so that 0 counts as a value of `x − zp`.
pub(crate) fn accumulate<'w>(
    channel: usize,
    bias: i32,
    weights: impl Iterator<Item = &'w i8>,
    x: Interval,
    zero_point: i32,
    padded: bool,
) -> Result<Interval, Fault> {
    let zp = i64::from(zero_point);
    let (mut a, mut b) = (i64::from(x.lo) - zp, i64::from(x.hi) - zp);
    if padded {
        (a, b) = (a.min(0), b.max(0));
    }
    // |x − zp| < 2^16 and a constant has at most 2^28 elements, so these sums stay below 2^52.
    let (mut positive, mut negative) = (0i64, 0i64);
    for &w in weights {
        let w = i64::from(w);
        if w > 0 { positive += w } else { negative -= w }
    }
    let bias = i64::from(bias);
    let reach = bias.abs() + (positive + negative) * x.distance(zero_point);
    match (
        i32::try_from(bias + positive * a - negative * b),
        i32::try_from(bias + positive * b - negative * a),
        i32::try_from(reach),
    ) {
        (Ok(lo), Ok(hi), Ok(_)) => Ok(Interval { lo, hi }),
        _ => Err(Fault::Overflow { channel, reach }),
    }
}

/// The union of per-channel intervals; there is at least one channel.
pub(crate) fn union(all: impl Iterator<Item = Result<Interval, Fault>>) -> Result<Interval, Fault> {
    let mut union: Option<Interval> = None;
    for one in all {
        let one = one?;
        union = Some(union.map_or(one, |u| u.union(one)));
    }
    union.ok_or_else(|| Fault::Shape("no channels".into()))
}
