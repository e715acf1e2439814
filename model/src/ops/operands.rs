//! Operands: their number, broadcasting, and conditions on their intervals.

use crate::{DType, Data, Fault, Interval, Tensor, Value};

/// The operands of an op that takes `N`.
pub(crate) fn take<'a, const N: usize>(all: &[&'a Value]) -> Result<[&'a Value; N], Fault> {
    <[&Value; N]>::try_from(all).map_err(|_| Fault::Arity { wanted: N, got: all.len() })
}

/// Shape of the result of operands that broadcast (SPEC.md section 5); there is at least one.
pub(crate) fn broadcast(operands: &[&Value]) -> Result<Vec<u32>, Fault> {
    let shapes = || operands.iter().map(|x| x.ty.shape.as_slice());
    let mut result = shapes().next().unwrap_or_default().to_vec();
    for shape in shapes() {
        let fits = |(&a, &b): (&u32, &u32)| a == b || a == 1 || b == 1;
        if shape.len() != result.len() || !result.iter().zip(shape).all(fits) {
            return Err(Fault::Shape(format!("{result:?} and {shape:?} do not broadcast")));
        }
        result.iter_mut().zip(shape).for_each(|(a, &b)| *a = b.max(*a));
    }
    Ok(result)
}

/// The one type of two operands.
pub(crate) fn same_dtype(a: &Value, b: &Value) -> Result<DType, Fault> {
    b.ty.expect_dtype(a.ty.dtype).map(|()| a.ty.dtype)
}

/// The N last dimensions, and those before them.
pub(crate) fn split_shape<const N: usize>(x: &Value) -> Result<(&[u32], [u32; N]), Fault> {
    let split = x.ty.shape.split_last_chunk::<N>().map(|(before, &last)| (before, last));
    split.ok_or_else(|| Fault::Shape(format!("{:?} has fewer than {N} dimensions", x.ty.shape)))
}

/// Refuses an operand of another shape.
pub(crate) fn expect_shape(x: &Value, parts: &[&[u32]]) -> Result<(), Fault> {
    let wanted = parts.concat();
    if x.ty.shape == wanted {
        Ok(())
    } else {
        Err(Fault::Shape(format!("an operand must be {wanted:?}, it is {:?}", x.ty.shape)))
    }
}

/// An interval that lies within i32.
pub(crate) fn within_i32(lo: i128, hi: i128) -> Result<Interval, Fault> {
    match (i32::try_from(lo), i32::try_from(hi)) {
        (Ok(lo), Ok(hi)) => Ok(Interval { lo, hi }),
        _ => Err(Fault::Overflow {
            channel: 0,
            reach: i64::try_from(lo.abs().max(hi.abs())).unwrap_or(i64::MAX),
        }),
    }
}

/// Least and greatest product of `a − za` and `b − zb`: at the ends, since it is linear in each.
pub(crate) fn products(a: Interval, za: i32, b: Interval, zb: i32) -> (i128, i128) {
    let ends = |x: Interval, z: i32| [x.lo, x.hi].map(|v| i128::from(v) - i128::from(z));
    let ([a, c], [b, d]) = (ends(a, za), ends(b, zb));
    let all = [a * b, a * d, c * b, c * d];
    all.into_iter().fold((i128::MAX, i128::MIN), |(lo, hi), p| (lo.min(p), hi.max(p)))
}

/// Refuses a `row` operand that does not hold a number of at least 1 for each row of x.
pub(crate) fn expect_row(x: &Value, row: &Value) -> Result<(), Fault> {
    row.ty.expect_dtype(DType::I32)?;
    let (leading, [_]) = split_shape(x)?;
    expect_shape(row, &[leading, &[1]])?;
    Fault::operand("row", row.interval, 1, i32::MAX.into())
}

/// Least and greatest element of a constant.
pub(crate) fn extent(tensor: &Tensor) -> Result<Interval, Fault> {
    fn ends<T: Copy + Ord + Into<i32>>(v: &[T]) -> Option<Interval> {
        Some(Interval { lo: (*v.iter().min()?).into(), hi: (*v.iter().max()?).into() })
    }
    let extent = match &tensor.data {
        Data::I8(v) => ends(v),
        Data::I16(v) => ends(v),
        Data::I32(v) => ends(v),
    };
    extent.ok_or_else(|| Fault::Shape("a constant without elements".into()))
}
