//! The kernel of each op. To add one: its file beside this one, its arm here. An op without an arm is
//! "reference only": it runs through [`Fallback`].

use super::conv::{Constants, Conv};
use super::depthwise::{Depthwise, MaxPool};
use super::element::{Int, typed};
use super::elementwise::{AddScaled, Clamp, Reshape, Table8};
use super::fallback::Fallback;
use super::isa::{Body, Detected, Kernel, Loops};
use super::program::Tail;
use super::reduce_sum::ReduceSum;
use super::rescale::{LANES, Requant, RescaleAll};
use super::transpose::Transpose;
use super::window::Geometry;
use crate::Error;
use isocortex_model::{Model, Op, Tensor};
use std::marker::PhantomData;

/// Makes a node ready, with what it is fused with.
pub(super) fn kernel(
    model: &Model,
    isa: Detected,
    index: usize,
    tail: Tail<'_>,
) -> Result<Box<dyn Kernel>, Error> {
    let node = &model.header().nodes[index];
    let value = |v: usize| &model.values()[v].ty;
    let y = value(model.header().inputs.len() + index);
    let operand = |i: usize| value(node.operands[i] as usize);
    let x = || operand(0); // not there in an op without operands
    let elements = y.elements() as usize;
    let constant = |index: u32| &model.constants()[index as usize];
    let requant = tail.rescale.map(|op| Requant::new(model, op, tail.clamp));
    Ok(match &node.op {
        Op::Conv2d(op) => {
            let weight = constant(op.weight);
            let geometry = Geometry::new(&x().shape, &y.shape, op.window([weight.shape[1], weight.shape[2]]));
            let constants = constants(weight, constant(op.bias), op.zero_point);
            Box::new(Conv::new(isa, geometry, &constants, requant)?)
        }
        Op::MatMul(op) => {
            let k = x().channels() as usize;
            let constants = constants(constant(op.weight), constant(op.bias), op.zero_point);
            Box::new(Conv::matmul(isa, x().elements() as usize / k, k, &constants, requant)?)
        }
        Op::DepthwiseConv2d(op) => {
            let weight = constant(op.weight);
            let geometry = Geometry::new(&x().shape, &y.shape, op.window([weight.shape[0], weight.shape[1]]));
            let weight = [weight.as_i8(), &[0; LANES]].concat();
            let bias = constant(op.bias).as_i32().to_vec();
            loops(isa, Depthwise { geometry, weight, bias, zero_point: op.zero_point, tail: requant })
        }
        Op::MaxPool(op) => loops(isa, MaxPool { geometry: Geometry::new(&x().shape, &y.shape, op.window()) }),
        Op::Rescale(op) => {
            let requant = Requant::new(model, op, tail.clamp);
            typed!(x().dtype, X => typed!(y.dtype, Y => {
                loops(isa, RescaleAll { requant, elements, types: PhantomData::<fn(X) -> Y> })
            }))
        }
        Op::AddScaled(op) if x().shape == operand(1).shape => {
            typed!(x().dtype, A => typed!(operand(1).dtype, B => typed!(y.dtype, Y => {
                loops(isa, AddScaled::<A, B, Y>::new(op, elements))
            })))
        }
        Op::Clamp(op) => typed!(x().dtype, X => {
            loops(isa, Clamp { lo: X::wrap(op.lo.into()), hi: X::wrap(op.hi.into()), elements })
        }),
        Op::ReduceSum(op) => typed!(x().dtype, X => loops(isa, ReduceSum::<X>::new(op, &x().shape))),
        Op::Transpose(op) => typed!(x().dtype, X => loops(isa, Transpose::<X>::new(op, &x().shape))),
        Op::Reshape(_) => Box::new(Reshape { words: (y.bytes() as usize).div_ceil(4) }),
        Op::Table8(op) => Box::new(Table8::new(constant(op.table).as_i8(), elements)),
        _ => Box::new(Fallback::new(model, index)),
    })
}

fn loops<B: Body + 'static>(isa: Detected, body: B) -> Box<dyn Kernel> {
    Box::new(Loops { isa, body })
}

fn constants<'a>(weight: &'a Tensor, bias: &'a Tensor, zero_point: i32) -> Constants<'a> {
    Constants { weight: weight.as_i8(), bias: bias.as_i32(), zero_point }
}
