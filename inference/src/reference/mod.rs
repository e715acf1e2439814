//! The reference: SPEC.md as plain loops, one file an op. Slow, obvious, and the authority.

mod add_scaled;
mod conv2d;
mod depthwise_conv2d;
mod elementwise;
mod mat_mul;
mod max_pool;
mod reduce_sum;
mod shape;
mod tensor;

pub use tensor::Wide;

use crate::{Backend, Error, Loaded, OpDigest};
use isocortex_model::{Model, Op, Tensor, TensorType, keccak256};
use std::sync::Arc;

/// The reference backend.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Backend for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        let constants = model.constants().iter().map(Wide::new).collect();
        Ok(Box::new(LoadedReference { model, constants }))
    }
}

struct LoadedReference {
    model: Arc<Model>,
    constants: Vec<Wide>,
}

impl Loaded for LoadedReference {
    fn model(&self) -> &Model {
        &self.model
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        self.check_lengths(batch)?;
        Ok(batch.iter().map(|input| self.outputs(&self.values(input))).collect())
    }

    fn trace(&self, input: &[u8]) -> Result<Vec<OpDigest>, Error> {
        self.check_lengths(&[input])?;
        let inputs = self.model.header().inputs.len();
        let values = self.values(input);
        let nodes = self.model.header().nodes.iter().enumerate().zip(&values[inputs..]);
        Ok(nodes
            .zip(&self.model.values()[inputs..])
            .map(|(((node, n), value), info)| {
                let mut bytes = vec![];
                value.write_bytes(info.ty.dtype, &mut bytes);
                OpDigest { node, op: n.op.name(), digest: keccak256(&bytes), bytes }
            })
            .collect())
    }
}

impl LoadedReference {
    /// All values of one run. The input has the model's length.
    fn values(&self, mut input: &[u8]) -> Vec<Wide> {
        let mut values = vec![];
        for ty in self.model.input_types() {
            let (bytes, rest) = input.split_at(ty.bytes() as usize);
            values.extend(Tensor::from_bytes(ty, bytes).as_ref().map(Wide::new));
            input = rest;
        }
        let header = self.model.header();
        for (node, info) in header.nodes.iter().zip(&self.model.values()[header.inputs.len()..]) {
            let operands: Vec<&Wide> = node.operands.iter().map(|&v| &values[v as usize]).collect();
            let value = compute(&node.op, &|index| &self.constants[index as usize], &operands, &info.ty);
            debug_assert!(
                value.data.iter().all(|&v| info.interval.contains(v)),
                "{:?} left its interval",
                node.op
            );
            values.push(value);
        }
        values
    }

    fn outputs(&self, values: &[Wide]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.model.output_len());
        for (output, ty) in self.model.header().outputs.iter().zip(self.model.output_types()) {
            values[output.value as usize].write_bytes(ty.dtype, &mut bytes);
        }
        bytes
    }
}

/// The result of a checked node: `constant` gives the constants that the op names, `ty` is the result's type.
pub(crate) fn compute<'a>(
    op: &Op,
    constant: &dyn Fn(u32) -> &'a Wide,
    operands: &[&Wide],
    ty: &TensorType,
) -> Wide {
    let x = |index: usize| operands[index];
    let mut y = Wide::zeros(&ty.shape);
    match op {
        Op::Conv2d(op) => conv2d::run(op, x(0), constant(op.weight), constant(op.bias), &mut y),
        Op::DepthwiseConv2d(op) => {
            depthwise_conv2d::run(op, x(0), constant(op.weight), constant(op.bias), &mut y)
        }
        Op::MatMul(op) => mat_mul::run(op, x(0), constant(op.weight), constant(op.bias), &mut y),
        Op::Rescale(op) => {
            elementwise::rescale(op, x(0), constant(op.multiplier), constant(op.shift), &mut y)
        }
        Op::AddScaled(op) => add_scaled::run(op, x(0), x(1), &mut y),
        Op::Clamp(op) => elementwise::clamp(op, x(0), &mut y),
        Op::MaxPool(op) => max_pool::run(op, x(0), &mut y),
        Op::ReduceSum(op) => reduce_sum::run(op, x(0), &mut y),
        Op::Reshape(_) => y.data.clone_from(&x(0).data),
        Op::Transpose(op) => shape::transpose(op, x(0), &mut y),
        Op::Table8(op) => elementwise::table8(x(0), constant(op.table), &mut y),
    }
    y
}
