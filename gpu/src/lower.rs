//! From a node of the graph to a launch: which kernel, which constants, which numbers.

use crate::{Error, Kernel, THREADS, pack};
use isocortex_model::{DType, Model, Op, TensorType, ops::Window};

/// Side of the tile of the result that a block of [`Kernel::Gemm`] or [`Kernel::Conv2d`] computes.
const TILE: u64 = 64;

/// What a node becomes.
pub(crate) enum Step {
    /// The operand's memory under another shape.
    Alias,
    /// A launch.
    Launch(Work),
}

/// A launch, but for the memory and the size of the batch.
pub(crate) struct Work {
    pub kernel: Kernel,
    /// Contents of the constant arguments.
    pub constants: Vec<Vec<u8>>,
    /// The first word of every kernel's struct counts rows or elements; this is that count for one run.
    count: u64,
    /// Columns of the result where the kernel is tiled.
    columns: Option<u64>,
    rest: Vec<i32>,
}

impl Work {
    /// Blocks and struct for a batch.
    pub fn at(&self, batch: u64) -> Result<(u32, Vec<i32>), Error> {
        let count = self.count.saturating_mul(batch);
        let blocks = match self.columns {
            Some(columns) => count.div_ceil(TILE).saturating_mul(columns.div_ceil(TILE)),
            None => count.div_ceil(THREADS.into()),
        };
        let blocks = u32::try_from(blocks).map_err(|_| Error::layout("a grid"))?;
        let mut ints = vec![int(count)?];
        ints.extend(&self.rest);
        Ok((blocks, ints))
    }
}

/// The step for node `index`.
pub(crate) fn lower(model: &Model, index: usize) -> Result<Step, Error> {
    let header = model.header();
    let node = header.nodes.get(index).ok_or_else(|| Error::layout("a missing node"))?;
    let value =
        |v: usize| model.values().get(v).map(|v| &v.ty).ok_or_else(|| Error::layout("a missing value"));
    let operand = |i: usize| node.operands.get(i).map_or_else(|| value(usize::MAX), |&v| value(v as usize));
    let constant =
        |c: u32| model.constants().get(c as usize).ok_or_else(|| Error::layout("a missing constant"));
    if node.operands.is_empty() {
        return Err(Error::NoKernel(node.op.name().into()));
    }
    let (x, y) = (operand(0)?, value(header.inputs.len() + index)?);

    // The kernels of these read i8, and convolve all channels together.
    let narrow = match &node.op {
        Op::Conv2d(op) => x.dtype == DType::I8 && op.groups == 1,
        Op::MatMul(_) | Op::DepthwiseConv2d(_) | Op::MaxPool(_) => x.dtype == DType::I8,
        Op::Table8(_) => y.dtype == DType::I8,
        _ => true,
    };
    if !narrow {
        return Err(Error::NoKernel(format!("{} of these types and groups", node.op.name())));
    }

    let work = match &node.op {
        Op::Reshape(_) => return Ok(Step::Alias),
        Op::MatMul(op) => {
            let weight = constant(op.weight)?;
            let [n, k] = dims(&weight.shape)?;
            let (rows, ldw) = pack::rows(weight.as_i8(), k as usize);
            let bias =
                pack::folded_bias(constant(op.bias)?.as_i32(), weight.as_i8(), k as usize, op.zero_point);
            let rest = vec![int(n)?, int(k)?, int(ldw as u64)?];
            let count = y.elements() / u64::from(n).max(1);
            Work { kernel: Kernel::Gemm, constants: vec![rows, bias], count, columns: Some(n.into()), rest }
        }
        Op::Conv2d(op) => {
            let weight = constant(op.weight)?;
            let [o, kh, kw, c] = dims(&weight.shape)?;
            let k = kh as usize * kw as usize * c as usize;
            let (rows, ldw) = pack::rows(weight.as_i8(), k);
            let bias = pack::folded_bias(constant(op.bias)?.as_i32(), weight.as_i8(), k, op.zero_point);
            let mut rest = vec![int(o)?, int(ldw as u64)?];
            rest.extend(geometry(x, y, op.window([kh, kw]), true)?);
            rest.push(op.zero_point);
            let count = y.elements() / u64::from(o).max(1);
            Work { kernel: Kernel::Conv2d, constants: vec![rows, bias], count, columns: Some(o.into()), rest }
        }
        Op::DepthwiseConv2d(op) => {
            let weight = constant(op.weight)?;
            let [kh, kw, _] = dims(&weight.shape)?;
            let mut rest = geometry(x, y, op.window([kh, kw]), true)?;
            rest.push(op.zero_point);
            let constants = vec![pack::bytes(weight), pack::bytes(constant(op.bias)?)];
            elements(Kernel::DepthwiseConv2d, y, constants, rest)
        }
        Op::Rescale(op) => {
            let (multiplier, shift) = (constant(op.multiplier)?, constant(op.shift)?);
            let channels = int(multiplier.ty().elements())?;
            let rest = vec![channels, code(x.dtype), code(y.dtype), op.zero_point, op.lo, op.hi];
            elements(Kernel::Rescale, y, vec![pack::bytes(multiplier), pack::bytes(shift)], rest)
        }
        Op::AddScaled(op) => {
            let b = operand(1)?;
            if x.shape != b.shape {
                return Err(Error::NoKernel("AddScaled of operands that broadcast".into()));
            }
            let ([ma, mb], [za, zb]) = (op.multipliers, op.zero_points);
            let mut rest = vec![code(x.dtype), code(b.dtype), code(y.dtype), ma, mb, za, zb];
            rest.extend([op.shift.into(), op.zero_point, op.lo, op.hi]);
            elements(Kernel::AddScaled, y, vec![], rest)
        }
        Op::Clamp(op) => elements(Kernel::Clamp, y, vec![], vec![code(x.dtype), op.lo, op.hi]),
        Op::MaxPool(op) => elements(Kernel::MaxPool, y, vec![], geometry(x, y, op.window(), false)?),
        Op::ReduceSum(op) => {
            let removed = |d: usize| op.axes.iter().any(|&a| usize::from(a) == d);
            let strided = strides(x)?;
            let select =
                |wanted: bool| strided.iter().enumerate().filter(move |(d, _)| removed(*d) == wanted);
            let n = select(true).map(|(_, &[size, _])| u64::from(size.unsigned_abs())).product::<u64>();
            let mut rest =
                vec![int(y.elements())?, int(x.elements())?, int(n)?, code(x.dtype), op.zero_point];
            rest.extend(six(select(false).map(|(_, &pair)| pair)));
            rest.extend(six(select(true).map(|(_, &pair)| pair)));
            elements(Kernel::ReduceSum, y, vec![], rest)
        }
        Op::Transpose(op) => {
            let strided = strides(x)?;
            let mut rest = vec![int(y.elements())?, code(x.dtype)];
            rest.extend(six(op.perm.iter().filter_map(|&axis| strided.get(usize::from(axis)).copied())));
            elements(Kernel::Transpose, y, vec![], rest)
        }
        Op::Table8(op) => elements(Kernel::Table8, y, vec![pack::bytes(constant(op.table)?)], vec![]),
        op => return Err(Error::NoKernel(op.name().into())),
    };
    Ok(Step::Launch(work))
}

/// A kernel with one thread an element of the result.
fn elements(kernel: Kernel, y: &TensorType, constants: Vec<Vec<u8>>, rest: Vec<i32>) -> Work {
    Work { kernel, constants, count: y.elements(), columns: None, rest }
}

/// Image sizes, window, stride, dilation where the kernel has one, and the pads before.
fn geometry(x: &TensorType, y: &TensorType, window: Window, dilated: bool) -> Result<Vec<i32>, Error> {
    let ([h, w, c], [oh, ow, _]) = (dims(&x.shape)?, dims(&y.shape)?);
    let Window { kernel: [kh, kw], stride, dilation, pads: [top, left, ..] } = window;
    let dilation = if dilated { dilation.to_vec() } else { vec![] };
    let all = [h, w, c, oh, ow, kh, kw].into_iter().chain(stride).chain(dilation).chain([top, left]);
    all.map(int).collect()
}

/// Size and row-major stride of each dimension.
fn strides(ty: &TensorType) -> Result<Vec<[i32; 2]>, Error> {
    let mut stride = 1u64;
    let mut pairs = vec![];
    for &size in ty.shape.iter().rev() {
        pairs.push([int(size)?, int(stride)?]);
        stride = stride.saturating_mul(size.into());
    }
    pairs.reverse();
    Ok(pairs)
}

/// Six sizes and then six strides, the missing ones in front as size 1.
fn six(pairs: impl Iterator<Item = [i32; 2]>) -> Vec<i32> {
    let pairs: Vec<_> = pairs.collect();
    let padded =
        || std::iter::repeat_n([1, 0], 6usize.saturating_sub(pairs.len())).chain(pairs.iter().copied());
    padded().map(|[size, _]| size).chain(padded().map(|[_, stride]| stride)).collect()
}

fn dims<const N: usize>(shape: &[u32]) -> Result<[u32; N], Error> {
    shape.try_into().map_err(|_| Error::layout(format!("a tensor {shape:?} where {N} dimensions are needed")))
}

fn int(value: impl Into<u64>) -> Result<i32, Error> {
    let value = value.into();
    i32::try_from(value).map_err(|_| Error::layout(format!("a size of {value}")))
}

/// SPEC.md section 7's number of a type, which the kernels use too.
fn code(dtype: DType) -> i32 {
    match dtype {
        DType::I8 => 0,
        DType::I16 => 1,
        DType::I32 => 2,
    }
}
