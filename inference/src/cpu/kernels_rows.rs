//! The kernels of ops on rows, pairs and positions: what networks other than convolutional ones are made of.

use super::batch_mat_mul::BatchMatMul;
use super::broadcast::{Broadcast, Pair};
use super::element::{Int, typed};
use super::elementwise::Constant;
use super::extreme::Extreme;
use super::isa::{Body, Detected, Kernel, Loops};
use super::movement::{CausalMask, Concat, Pad};
use super::norm::Norm;
use super::quantise::{AbsMaxRow, DynQuantRow, RescaleRow};
use super::rows::{ByRows, Rows};
use super::softmax::Softmax;
use super::table16::{Table8, Table16};
use super::transpose::Strided;
use isocortex_model::{DType, Data, Model, Op, TensorType};
use std::marker::PhantomData;

/// Makes a node ready; `None` where there is no kernel for its form. `turned` says whether the result is.
pub(super) fn kernel(model: &Model, isa: Detected, index: usize, turned: bool) -> Option<Box<dyn Kernel>> {
    let node = &model.header().nodes[index];
    let value = |v: usize| &model.values()[v].ty;
    let y = value(model.header().inputs.len() + index);
    let operand = |i: usize| value(node.operands[i] as usize);
    let constant = |index: u32| &model.constants()[index as usize];
    let elements = y.elements() as usize;
    if let Op::Constant(op) = &node.op {
        let mut bytes = vec![];
        constant(op.tensor).write_bytes(&mut bytes);
        let words = bytes.chunks(4).map(|bytes| {
            let mut word = [0; 4];
            word[..bytes.len()].copy_from_slice(bytes);
            i32::from_le_bytes(word)
        });
        return Some(Box::new(Constant { words: words.collect() }));
    }
    let x = operand(0);
    let k = x.channels() as usize;
    let rows = x.elements() as usize / k;
    Some(match &node.op {
        Op::AbsMaxRow(_) => {
            typed!(x.dtype, X => by_rows(isa, AbsMaxRow { rows, k, types: PhantomData::<fn(X)> }))
        }
        Op::DynQuantRow(_) => {
            typed!(x.dtype, X => by_rows(isa, DynQuantRow { rows, k, turned, types: PhantomData::<fn(X)> }))
        }
        Op::RescaleRow(op) => typed!(y.dtype, Y => by_rows(isa, RescaleRow::<Y>::new(model, op, rows, k))),
        Op::LayerNorm(op) => typed!(x.dtype, X => by_rows(isa, Norm {
            rows,
            gamma: constant(op.gamma).as_i16().to_vec(),
            beta: constant(op.beta).as_i32().to_vec(),
            epsilon: op.epsilon,
            fraction: op.fraction,
            centred: true,
            types: PhantomData::<fn(X)>,
        })),
        Op::RmsNorm(op) => typed!(x.dtype, X => by_rows(isa, Norm {
            rows,
            gamma: constant(op.gamma).as_i16().to_vec(),
            beta: vec![0; k],
            epsilon: op.epsilon,
            fraction: op.fraction,
            centred: false,
            types: PhantomData::<fn(X)>,
        })),
        Op::Softmax15(op) => {
            typed!(x.dtype, X => by_rows(isa, Softmax::<X>::new(op, constant(op.table).as_i16(), rows, k)))
        }
        Op::Table16(op) => by_rows(isa, Table16::new(constant(op.table).as_i16(), elements)),
        Op::Table8(op) => match &constant(op.table).data {
            Data::I8(table) => table8(isa, table, elements),
            Data::I16(table) => table8(isa, table, elements),
            Data::I32(table) => table8(isa, table, elements),
        },
        Op::BatchMatMul(op) => {
            let shape = &y.shape[y.shape.len().checked_sub(2)?..];
            let [m, n] = [shape[0] as usize, shape[1] as usize];
            Box::new(BatchMatMul {
                isa,
                batch: elements / (m * n),
                m,
                k,
                n,
                zero_point: op.zero_points[0],
                transposed: op.transposed,
                words: x.dtype == DType::I16,
            })
        }
        Op::Slice(op) => typed!(x.dtype, X => loops(isa, Strided::<X>::slice(op, &x.shape))),
        Op::Transpose(op) => typed!(x.dtype, X => loops(isa, Strided::<X>::transpose(op, &x.shape))),
        Op::Add(op) => sum(isa, op.clone(), x, operand(1), y)?,
        Op::Sub(op) => sum(isa, op.clone(), x, operand(1), y)?,
        Op::Mul(op) => sum(isa, op.clone(), x, operand(1), y)?,
        Op::AddScaled(op) => pair(isa, op.clone(), x, operand(1), y)?,
        Op::MulRescale(op) => pair(isa, op.clone(), x, operand(1), y)?,
        Op::Max(op) => pair(isa, op.clone(), x, operand(1), y)?,
        Op::Min(op) => pair(isa, op.clone(), x, operand(1), y)?,
        Op::Compare(op) => pair(isa, op.clone(), x, operand(1), y)?,
        Op::ReduceMax(op) => typed!(x.dtype, X => loops(isa, Extreme::<X, true>::new(&op.axes, &x.shape))),
        Op::ReduceMin(op) => typed!(x.dtype, X => loops(isa, Extreme::<X, false>::new(&op.axes, &x.shape))),
        Op::Tile(op) => typed!(x.dtype, X => loops(isa, Strided::<X>::tile(op, &x.shape))),
        Op::Pad(op) => typed!(x.dtype, X => loops(isa, Pad::<X>::new(op, &x.shape, &y.shape))),
        Op::Concat(op) => {
            let shapes: Vec<&[u32]> = (0..node.operands.len()).map(|i| &operand(i).shape[..]).collect();
            typed!(x.dtype, X => by_rows(isa, Concat::<X>::new(op, &shapes)))
        }
        Op::CausalMask(op) => {
            let queries = x.shape[x.shape.len().checked_sub(2)?] as usize;
            typed!(x.dtype, X => typed!(operand(1).dtype, P => by_rows(isa, CausalMask {
                fill: X::wrap(op.fill.into()),
                rows,
                queries,
                keys: k,
                types: PhantomData::<fn(P)>,
            })))
        }
        _ => return None,
    })
}

/// An op whose result is i32, where the operands are of one type.
fn sum<P: Pair + 'static>(
    isa: Detected,
    op: P,
    a: &TensorType,
    b: &TensorType,
    y: &TensorType,
) -> Option<Box<dyn Kernel>> {
    (a.dtype == b.dtype).then(|| {
        typed!(a.dtype, A => by_rows(isa, Broadcast::<P, A, A, i32>::new(op, &a.shape, &b.shape, &y.shape)))
    })
}

/// An op whose result is of any type, where the operands are of one.
fn pair<P: Pair + 'static>(
    isa: Detected,
    op: P,
    a: &TensorType,
    b: &TensorType,
    y: &TensorType,
) -> Option<Box<dyn Kernel>> {
    (a.dtype == b.dtype).then(|| {
        typed!(a.dtype, A => typed!(y.dtype, Y => {
            by_rows(isa, Broadcast::<P, A, A, Y>::new(op, &a.shape, &b.shape, &y.shape))
        }))
    })
}

fn table8<Y: Int>(isa: Detected, table: &[Y], elements: usize) -> Box<dyn Kernel> {
    let table = (0..256usize).filter_map(|bits| table.get(bits ^ 128).copied()).collect();
    by_rows(isa, Table8 { table, elements })
}

fn by_rows<R: Rows + 'static>(isa: Detected, body: R) -> Box<dyn Kernel> {
    Box::new(ByRows { isa, body })
}

fn loops<B: Body + 'static>(isa: Detected, body: B) -> Box<dyn Kernel> {
    Box::new(Loops { isa, body })
}
