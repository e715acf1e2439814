//! Op set 1: one file an op, each with its attributes and its rule (SPEC.md section 5).
//!
//! To add an op: its file here with a line in the `ops!` table, its file in `isocortex-inference::reference`,
//! fast kernels or their absence said openly, vectors.

mod add_scaled;
mod clamp;
mod conv2d;
mod depthwise_conv2d;
mod mat_mul;
mod max_pool;
mod reduce_sum;
mod rescale;
mod shape;
mod table8;
mod window;

pub use add_scaled::AddScaled;
pub use clamp::Clamp;
pub use conv2d::Conv2d;
pub use depthwise_conv2d::DepthwiseConv2d;
pub use mat_mul::MatMul;
pub use max_pool::MaxPool;
pub use reduce_sum::ReduceSum;
pub use rescale::{Rescale, q31s};
pub use shape::{Reshape, Transpose};
pub use table8::Table8;
pub use window::{Window, out_size};

use crate::{DType, Fault, Interval, Tensor, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What the check learns of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inferred {
    pub ty: TensorType,
    pub interval: Interval,
    pub macs: u64,
    /// What its windows add to the cost's elements.
    pub steps: u64,
}

/// The rule of an op: what it needs, and what it then gives.
pub(crate) trait Rule {
    /// Number of operands.
    fn arity(&self) -> usize {
        1
    }
    /// Constants that it names.
    fn constants(&self) -> Vec<u32> {
        vec![]
    }
    /// Type, interval and macs of the result, or what is wrong. `operands` has `arity` entries.
    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault>;
}

macro_rules! ops {
    ($($tag:literal $name:ident),* $(,)?) => {
        /// An operation with its attributes; the tags are SPEC.md section 7's.
        #[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
        #[borsh(use_discriminant = true)]
        #[serde(tag = "op")]
        #[repr(u8)]
        pub enum Op {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name) = $tag,)*
        }

        impl Op {
            /// The name in SPEC.md.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// Indices of the constants that it names, which may be outside the table until checked.
            pub fn constants(&self) -> Vec<u32> {
                self.rule().constants()
            }

            pub(crate) fn rule(&self) -> &dyn Rule {
                match self { $(Self::$name(op) => op,)* }
            }
        }
    };
}

ops! {
    1 Conv2d,
    2 DepthwiseConv2d,
    3 MatMul,
    4 Rescale,
    5 AddScaled,
    6 Clamp,
    7 MaxPool,
    8 ReduceSum,
    9 Reshape,
    10 Transpose,
    11 Table8,
}

/// The weight table as an op's rule sees it.
#[derive(Clone, Copy)]
pub(crate) struct Constants<'a>(pub &'a [Tensor]);

impl<'a> Constants<'a> {
    fn get(self, index: u32) -> Result<&'a Tensor, Fault> {
        self.0.get(index as usize).ok_or(Fault::NoConstant(index))
    }

    fn shaped(self, index: u32, dtype: DType, shape: &[u32]) -> Result<&'a Tensor, Fault> {
        let tensor = self.get(index)?;
        tensor.ty().expect_dtype(dtype)?;
        if tensor.shape != shape {
            return Err(Fault::Shape(format!(
                "constant {index} must be {shape:?}, it is {:?}",
                tensor.shape
            )));
        }
        Ok(tensor)
    }

    /// An i8 constant of exactly this shape.
    pub fn i8(self, index: u32, shape: &[u32]) -> Result<&'a [i8], Fault> {
        Ok(self.shaped(index, DType::I8, shape)?.as_i8())
    }

    /// An i32 constant of exactly this shape.
    pub fn i32(self, index: u32, shape: &[u32]) -> Result<&'a [i32], Fault> {
        Ok(self.shaped(index, DType::I32, shape)?.as_i32())
    }

    /// The shape of an i8 constant with `N` dimensions.
    pub fn shape<const N: usize>(self, index: u32) -> Result<[u32; N], Fault> {
        let tensor = self.get(index)?;
        <[u32; N]>::try_from(tensor.shape.as_slice()).map_err(|_| {
            Fault::Shape(format!("constant {index} must have {N} dimensions, it is {:?}", tensor.shape))
        })
    }
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
    // |x − zp| ≤ 255 and a constant has at most 2^28 elements, so these sums stay below 2^44.
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
