//! The reference: SPEC.md as plain loops, one file an op. Slow, obvious, and the authority.

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
mod broadcast;
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
mod pad;
mod reduce_max;
mod reduce_min;
mod reduce_sum;
mod rescale;
mod rescale_f24;
mod rescale_row;
mod reshape;
mod resize;
mod rms_norm;
mod rope;
mod scatter_row;
mod select;
mod shift;
mod slice;
mod softmax15;
mod sub;
mod table16;
mod table8;
mod tensor;
mod tile;
mod top_k;
mod transpose;
mod tree_ensemble;

pub use tensor::Wide;

use crate::{Backend, Error, Loaded, OpDigest, Place};
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

    fn place(&self) -> Place {
        Reference.name().into()
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
            let constants: Vec<&Wide> =
                node.op.constants().iter().map(|&c| &self.constants[c as usize]).collect();
            let value = compute(&node.op, &operands, &constants, &info.ty);
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

/// An op as plain loops over operands, the constants that it names (in the order of [`Op::constants`]) and a
/// result of zeros in the right shape and type. Only for what [`Model::check`] has accepted: nothing is checked again.
pub trait Compute {
    /// Writes the result.
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide);
}

macro_rules! dispatch {
    ($op:ident: $($name:ident)*) => {
        match $op { $(Op::$name(op) => op,)* }
    };
}

/// The result, of type `ty`, of a checked op.
pub(crate) fn compute(op: &Op, x: &[&Wide], constants: &[&Wide], ty: &TensorType) -> Wide {
    let op: &dyn Compute = dispatch!(op:
        Conv2d DepthwiseConv2d MatMul Rescale AddScaled Clamp MaxPool
        ReduceSum Reshape Transpose Table8 ConvTranspose2d BatchMatMul AbsMaxRow
        DynQuantRow RescaleRow Add Sub Mul MulRescale Max
        Min Neg Abs Shift Compare Select Table16
        AvgPool ReduceMax ReduceMin ArgMax TopK Softmax15 LayerNorm
        RmsNorm L2Norm Slice Concat Pad Tile Resize
        Gather Embed ScatterRow Rope KvAppend CausalMask TreeEnsemble
        Constant CumSum RescaleF24 AddF24 AvgPoolF24
    );
    let mut y = Wide::zeros(&ty.shape).typed(ty.dtype);
    op.compute(x, constants, &mut y);
    y
}
