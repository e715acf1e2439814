//! Op set 1: one file an op, each with its attributes and its rule (SPEC.md section 5).
//!
//! To add an op: its file here with a line in the `ops!` table, its file in `isocortex-inference::reference`,
//! fast kernels or their absence said openly, vectors.

mod abs;
mod abs_max_row;
mod add;
mod add_f24;
mod add_scaled;
mod arg_max;
mod avg_pool;
mod avg_pool_f24;
mod axes;
mod batch_mat_mul;
mod bounds;
mod causal_mask;
mod clamp;
mod compare;
mod concat;
mod constant;
mod conv2d;
mod conv_transpose2d;
mod cum_sum;
mod depthwise_conv2d;
mod dyn_quant_row;
mod embed;
pub mod f24;
mod gather;
mod kv_append;
mod l2_norm;
mod layer_norm;
mod mat_mul;
mod max;
mod max_pool;
mod min;
mod mul;
mod mul_rescale;
mod neg;
mod operands;
mod pad;
mod reduce_max;
mod reduce_min;
mod reduce_sum;
mod rescale;
mod rescale_f24;
mod rescale_row;
mod resize;
mod rms_norm;
mod roots;
mod rope;
mod scatter_row;
mod select;
mod shape;
mod shift;
mod slice;
mod softmax15;
mod sub;
mod table16;
mod table8;
mod tile;
mod top_k;
mod tree_ensemble;
mod window;

pub use abs::Abs;
pub use abs_max_row::AbsMaxRow;
pub use add::Add;
pub use add_f24::AddF24;
pub use add_scaled::AddScaled;
pub use arg_max::ArgMax;
pub use avg_pool::AvgPool;
pub use avg_pool_f24::AvgPoolF24;
pub use batch_mat_mul::BatchMatMul;
pub use causal_mask::CausalMask;
pub use clamp::Clamp;
pub use compare::{Compare, Relation};
pub use concat::Concat;
pub use constant::Constant;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv2d::Conv2d;
pub use cum_sum::CumSum;
pub use depthwise_conv2d::DepthwiseConv2d;
pub use dyn_quant_row::DynQuantRow;
pub use embed::Embed;
pub use gather::Gather;
pub use kv_append::KvAppend;
pub use l2_norm::L2Norm;
pub use layer_norm::LayerNorm;
pub use mat_mul::MatMul;
pub use max::Max;
pub use max_pool::MaxPool;
pub use min::Min;
pub use mul::Mul;
pub use mul_rescale::MulRescale;
pub use neg::Neg;
pub use pad::Pad;
pub use reduce_max::ReduceMax;
pub use reduce_min::ReduceMin;
pub use reduce_sum::ReduceSum;
pub use rescale::{Rescale, q31s};
pub use rescale_f24::RescaleF24;
pub use rescale_row::RescaleRow;
pub use resize::{Resize, ResizeMode};
pub use rms_norm::RmsNorm;
pub use roots::{isqrt, rsqrt};
pub use rope::Rope;
pub use scatter_row::ScatterRow;
pub use select::Select;
pub use shape::{Reshape, Transpose};
pub use shift::Shift;
pub use slice::Slice;
pub use softmax15::Softmax15;
pub use sub::Sub;
pub use table8::Table8;
pub use table16::Table16;
pub use tile::Tile;
pub use top_k::TopK;
pub use tree_ensemble::TreeEnsemble;
pub use window::{Window, out_size};

pub(crate) use axes::removed;
pub(crate) use bounds::{accumulate, check_range, check_zero_point, union};

use crate::{DType, Fault, Interval, Tensor, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// What the check learns of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inferred {
    pub ty: TensorType,
    pub interval: Interval,
    pub macs: u64,
    /// What it adds to the cost's elements beside those of the result.
    pub steps: u64,
    /// Bytes that it moves where these are not all of its operands, constants and result.
    pub bytes: Option<u64>,
}

impl Inferred {
    /// Without steps, and moving all bytes.
    pub fn new(ty: TensorType, interval: Interval, macs: u64) -> Self {
        Self { ty, interval, macs, steps: 0, bytes: None }
    }
}

/// The rule of an op: what it needs, and what it then gives.
pub(crate) trait Rule {
    /// How many operands it takes.
    fn arity(&self) -> RangeInclusive<usize> {
        1..=1
    }
    /// Constants that it names.
    fn constants(&self) -> Vec<u32> {
        vec![]
    }
    /// Type, interval and macs of the result, or what is wrong. `operands` has as many entries as `arity` allows.
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
    12 ConvTranspose2d,
    13 BatchMatMul,
    14 AbsMaxRow,
    15 DynQuantRow,
    16 RescaleRow,
    17 Add,
    18 Sub,
    19 Mul,
    20 MulRescale,
    21 Max,
    22 Min,
    23 Neg,
    24 Abs,
    25 Shift,
    26 Compare,
    27 Select,
    28 Table16,
    29 AvgPool,
    30 ReduceMax,
    31 ReduceMin,
    32 ArgMax,
    33 TopK,
    34 Softmax15,
    35 LayerNorm,
    36 RmsNorm,
    37 L2Norm,
    38 Slice,
    39 Concat,
    40 Pad,
    41 Tile,
    42 Resize,
    43 Gather,
    44 Embed,
    45 ScatterRow,
    46 Rope,
    47 KvAppend,
    48 CausalMask,
    49 TreeEnsemble,
    50 Constant,
    51 CumSum,
    60 RescaleF24,
    61 AddF24,
    62 AvgPoolF24,
}

/// The weight table as an op's rule sees it.
#[derive(Clone, Copy)]
pub(crate) struct Constants<'a>(pub &'a [Tensor]);

impl<'a> Constants<'a> {
    /// A constant of any type and shape.
    pub fn get(self, index: u32) -> Result<&'a Tensor, Fault> {
        self.0.get(index as usize).ok_or(Fault::NoConstant(index))
    }

    fn shaped(self, index: u32, dtype: DType, shape: &[u32]) -> Result<&'a Tensor, Fault> {
        self.get(index)?.data.dtype().expect(dtype)?;
        self.any(index, shape)
    }

    /// A constant of any type, of exactly this shape.
    pub fn any(self, index: u32, shape: &[u32]) -> Result<&'a Tensor, Fault> {
        let tensor = self.get(index)?;
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

    /// An i16 constant of exactly this shape.
    pub fn i16(self, index: u32, shape: &[u32]) -> Result<&'a [i16], Fault> {
        Ok(self.shaped(index, DType::I16, shape)?.as_i16())
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
