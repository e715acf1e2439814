//! Every tensor of the reference holds i32, whatever its type: one loop an op serves all types.

use isocortex_model::{DType, Data, Tensor, limits};

/// A tensor with its elements widened to i32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wide {
    /// The type whose values the elements are.
    pub dtype: DType,
    /// Dimensions, outermost first.
    pub shape: Vec<usize>,
    /// Elements, row-major.
    pub data: Vec<i32>,
}

impl Wide {
    /// Widens a tensor.
    pub fn new(tensor: &Tensor) -> Self {
        let data = match &tensor.data {
            Data::I8(v) => v.iter().map(|&x| x.into()).collect(),
            Data::I16(v) => v.iter().map(|&x| x.into()).collect(),
            Data::I32(v) => v.clone(),
        };
        Self { dtype: tensor.data.dtype(), shape: dims(&tensor.shape), data }
    }

    /// From a shape and as many elements, i32.
    pub fn of(shape: &[u32], data: &[i32]) -> Self {
        Self { dtype: DType::I32, shape: dims(shape), data: data.to_vec() }
    }

    /// All zero, i32.
    pub fn zeros(shape: &[u32]) -> Self {
        let shape = dims(shape);
        let elements = shape.iter().product();
        Self { dtype: DType::I32, shape, data: vec![0; elements] }
    }

    /// Of another type, which the elements are in.
    pub fn typed(self, dtype: DType) -> Self {
        Self { dtype, ..self }
    }

    /// Position of an element.
    pub fn at(&self, index: &[usize]) -> usize {
        index.iter().zip(&self.shape).fold(0, |at, (&i, &d)| at * d + i)
    }

    /// The index of the element at position `i`, which [`at`](Self::at) turns back; 0 beyond the last dimension.
    pub(super) fn index(&self, i: usize) -> [usize; limits::RANK] {
        let (mut index, mut rest) = ([0; limits::RANK], i);
        for (index, &d) in index.iter_mut().zip(&self.shape).rev() {
            *index = rest % d;
            rest /= d;
        }
        index
    }

    /// Appends the elements as `dtype`, little-endian; each is in the type's range by the check.
    pub fn write_bytes(&self, dtype: DType, out: &mut Vec<u8>) {
        for v in &self.data {
            out.extend_from_slice(&v.to_le_bytes()[..dtype.size()]);
        }
    }
}

fn dims(shape: &[u32]) -> Vec<usize> {
    shape.iter().map(|&d| d as usize).collect()
}

/// Position `out·stride + tap·dilation − pad` where it lies inside `0..size`.
pub(super) fn tap(
    out: usize,
    stride: u32,
    tap: usize,
    dilation: u32,
    pad: u32,
    size: usize,
) -> Option<usize> {
    let at = (out * stride as usize + tap * dilation as usize).checked_sub(pad as usize)?;
    (at < size).then_some(at)
}

/// What an op gives for these operands and constants, in a result of this shape.
#[cfg(test)]
pub(super) fn result(op: &dyn super::Compute, x: &[&Wide], constants: &[Wide], shape: &[u32]) -> Vec<i32> {
    let mut y = Wide::zeros(shape);
    op.compute(x, &constants.iter().collect::<Vec<_>>(), &mut y);
    y.data
}
