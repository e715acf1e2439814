//! Element types, shapes, constant tensors and intervals.

use crate::{Fault, limits};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Element type of a tensor: two's complement integers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum DType {
    /// 8 bits, −128 to 127.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
}

impl DType {
    /// Bytes of one element: 1, 2 or 4.
    pub const fn size(self) -> usize {
        match self {
            Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 => 4,
        }
    }

    pub(crate) fn expect(self, wanted: Self) -> Result<(), Fault> {
        if self == wanted { Ok(()) } else { Err(Fault::DType { wanted: vec![wanted], got: self }) }
    }

    /// i8 or i16, whose products of two fit i32.
    pub(crate) fn expect_small(self) -> Result<(), Fault> {
        match self {
            Self::I8 | Self::I16 => Ok(()),
            Self::I32 => Err(Fault::DType { wanted: vec![Self::I8, Self::I16], got: self }),
        }
    }

    /// All values of the type.
    pub const fn range(self) -> Interval {
        match self {
            Self::I8 => Interval { lo: i8::MIN as i32, hi: i8::MAX as i32 },
            Self::I16 => Interval { lo: i16::MIN as i32, hi: i16::MAX as i32 },
            Self::I32 => Interval { lo: i32::MIN, hi: i32::MAX },
        }
    }
}

/// Smallest and largest value that an element can have, both included; `lo <= hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Smallest value.
    pub lo: i32,
    /// Largest value.
    pub hi: i32,
}

impl Interval {
    /// True where `v` lies inside.
    pub const fn contains(self, v: i32) -> bool {
        self.lo <= v && v <= self.hi
    }

    /// The smallest interval that holds both.
    pub fn union(self, other: Self) -> Self {
        Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// The image under `min(max(v, lo), hi)`.
    pub fn clamp(self, lo: i32, hi: i32) -> Self {
        Self { lo: self.lo.max(lo).min(hi), hi: self.hi.max(lo).min(hi) }
    }

    /// `max |v − zero_point|` over the interval; below 2^32.
    pub fn distance(self, zero_point: i32) -> i64 {
        let zp = i64::from(zero_point);
        (i64::from(self.lo) - zp).abs().max((i64::from(self.hi) - zp).abs())
    }
}

/// Element type and shape. A checked one has 1 to 6 dimensions, none of them 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TensorType {
    /// Element type.
    pub dtype: DType,
    /// Dimensions, outermost first.
    pub shape: Vec<u32>,
}

impl TensorType {
    /// A type from its parts, unchecked.
    pub fn new(dtype: DType, shape: &[u32]) -> Self {
        Self { dtype, shape: shape.to_vec() }
    }

    /// Number of elements. Exact for a checked type; saturates otherwise.
    pub fn elements(&self) -> u64 {
        self.shape.iter().fold(1u64, |n, &d| n.saturating_mul(u64::from(d)))
    }

    /// Number of bytes. Exact for a checked type; saturates otherwise.
    pub fn bytes(&self) -> u64 {
        self.elements().saturating_mul(self.dtype.size() as u64)
    }

    /// Size of the innermost dimension, which per-channel constants follow.
    pub fn channels(&self) -> u32 {
        self.shape.last().copied().unwrap_or(0)
    }

    /// Height, width and channels of an image of type i8 or i16.
    pub(crate) fn image(&self) -> Result<[u32; 3], Fault> {
        self.dtype.expect_small()?;
        <[u32; 3]>::try_from(self.shape.as_slice())
            .map_err(|_| Fault::Shape(format!("the operand must be [H, W, C], it is {:?}", self.shape)))
    }

    pub(crate) fn expect_dtype(&self, wanted: DType) -> Result<(), Fault> {
        self.dtype.expect(wanted)
    }

    /// SPEC.md sections 1 and 6: rank, dimensions, elements.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.shape.is_empty() || self.shape.len() > limits::RANK {
            return Err(Fault::Limit {
                what: "dimensions",
                got: self.shape.len() as u64,
                limit: limits::RANK as u64,
            });
        }
        for &d in &self.shape {
            if d == 0 {
                return Err(Fault::Shape(format!("a dimension of {:?} is 0", self.shape)));
            }
            Fault::limit("one dimension", d.into(), limits::DIM.into())?;
        }
        Fault::limit("elements of one tensor", self.elements(), limits::ELEMENTS)
    }
}

/// Elements of a tensor, row-major.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// 8-bit elements.
    I8(Vec<i8>),
    /// 16-bit elements.
    I16(Vec<i16>),
    /// 32-bit elements.
    I32(Vec<i32>),
}

impl Data {
    /// Type of the elements.
    pub fn dtype(&self) -> DType {
        match self {
            Self::I8(_) => DType::I8,
            Self::I16(_) => DType::I16,
            Self::I32(_) => DType::I32,
        }
    }

    /// Least and greatest of the elements at these positions; `None` where there are none.
    pub(crate) fn interval(&self, at: Range<usize>) -> Option<Interval> {
        fn ends<T: Copy + Ord + Into<i32>>(v: &[T], at: Range<usize>) -> Option<Interval> {
            let v = v.get(at)?;
            Some(Interval { lo: (*v.iter().min()?).into(), hi: (*v.iter().max()?).into() })
        }
        match self {
            Self::I8(v) => ends(v, at),
            Self::I16(v) => ends(v, at),
            Self::I32(v) => ends(v, at),
        }
    }

    /// Least and greatest element; `None` where there are none.
    pub fn bounds(&self) -> Option<Interval> {
        self.interval(0..self.len())
    }

    fn len(&self) -> usize {
        match self {
            Self::I8(v) => v.len(),
            Self::I16(v) => v.len(),
            Self::I32(v) => v.len(),
        }
    }
}

/// A tensor with its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Dimensions, outermost first.
    pub shape: Vec<u32>,
    /// Elements, as many as the shape says.
    pub data: Data,
}

impl Tensor {
    /// An i8 tensor.
    pub fn i8(shape: &[u32], data: Vec<i8>) -> Self {
        Self { shape: shape.to_vec(), data: Data::I8(data) }
    }

    /// An i16 tensor.
    pub fn i16(shape: &[u32], data: Vec<i16>) -> Self {
        Self { shape: shape.to_vec(), data: Data::I16(data) }
    }

    /// An i32 tensor.
    pub fn i32(shape: &[u32], data: Vec<i32>) -> Self {
        Self { shape: shape.to_vec(), data: Data::I32(data) }
    }

    /// Its type.
    pub fn ty(&self) -> TensorType {
        TensorType { dtype: self.data.dtype(), shape: self.shape.clone() }
    }

    /// Reads the byte form of SPEC.md section 1. `None` where the length does not fit the type.
    pub fn from_bytes(ty: &TensorType, bytes: &[u8]) -> Option<Self> {
        if bytes.len() as u64 != ty.bytes() {
            return None;
        }
        let data = match ty.dtype {
            DType::I8 => Data::I8(bytes.iter().map(|&b| b as i8).collect()),
            DType::I16 => Data::I16(bytes.as_chunks().0.iter().map(|b| i16::from_le_bytes(*b)).collect()),
            DType::I32 => Data::I32(bytes.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect()),
        };
        Some(Self { shape: ty.shape.clone(), data })
    }

    /// Appends the byte form of SPEC.md section 1.
    pub fn write_bytes(&self, out: &mut Vec<u8>) {
        match &self.data {
            Data::I8(v) => out.extend(v.iter().map(|&x| x as u8)),
            Data::I16(v) => out.extend(v.iter().flat_map(|x| x.to_le_bytes())),
            Data::I32(v) => out.extend(v.iter().flat_map(|x| x.to_le_bytes())),
        }
    }

    /// The elements where they are i8; empty otherwise.
    pub fn as_i8(&self) -> &[i8] {
        if let Data::I8(v) = &self.data { v } else { &[] }
    }

    /// The elements where they are i16; empty otherwise.
    pub fn as_i16(&self) -> &[i16] {
        if let Data::I16(v) = &self.data { v } else { &[] }
    }

    /// The elements where they are i32; empty otherwise.
    pub fn as_i32(&self) -> &[i32] {
        if let Data::I32(v) = &self.data { v } else { &[] }
    }
}
