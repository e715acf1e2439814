//! What a conversion did, for people and for `--json`.

use crate::{
    calibrate::Seen,
    data::Samples,
    error::ConvertError,
    graph::{Graph, Op},
    layers::layers,
    lower::{Held, Lowered},
    source::Source,
};
use isocortex_model::{B256, Cost, DType, Model, Op as IntegerOp, Tensor, TensorType};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a conversion did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// keccak-256 of the artifact's header.
    pub model_id: B256,
    /// keccak-256 of the ONNX file.
    pub source: B256,
    /// What the input's integers mean.
    pub input: PortReport,
    /// What the output's integers mean.
    pub output: PortReport,
    /// The integer nodes, in order.
    pub operators: Vec<OperatorReport>,
    /// The layers that have a scale of their own, with their errors.
    pub layers: Vec<LayerReport>,
    /// Weights and biases of the float model, after folding.
    pub parameters: u64,
    /// Cost of one run; its `macs` are multiply-accumulates.
    pub cost: Cost,
    /// Number of calibration samples.
    pub calibration_samples: u64,
    /// What was left out or changed, and what deserves a look.
    pub notes: Vec<String>,
}

/// An input or output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PortReport {
    /// Its name in the ONNX file.
    pub name: String,
    /// Type and shape on chain.
    #[serde(flatten)]
    pub ty: TensorType,
    /// The real number that one step means.
    pub scale: f64,
    /// The integer that means 0.
    pub zero_point: i32,
}

/// An integer node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OperatorReport {
    /// Its op in SPEC.md.
    pub op: String,
    /// The ONNX nodes that it comes from.
    pub layer: String,
    /// Type and shape of its result.
    #[serde(flatten)]
    pub ty: TensorType,
    /// Multiply-accumulates of the matrix or window sums; 0 for other ops.
    pub macs: u64,
    /// Bytes of its constants.
    pub weights: u64,
}

/// A layer of the float model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerReport {
    /// The ONNX nodes that it comes from.
    pub layer: String,
    /// Its kind.
    pub op: String,
    /// The real number that one step of its result means.
    pub scale: f64,
    /// The integer that means 0.
    pub zero_point: i32,
    /// Smallest value in calibration.
    pub lo: f64,
    /// Largest value in calibration.
    pub hi: f64,
    /// Root of the mean squared difference between the integer and the float model here, over that of the float
    /// values themselves: 0.01 means errors of one percent. It includes the errors of all layers before.
    pub error: f64,
}

pub(crate) struct Inputs<'a> {
    pub source: &'a Source,
    pub digest: B256,
    pub graph: &'a Graph,
    pub seen: &'a [Option<Seen>],
    pub held: &'a [Held],
    pub lowered: &'a Lowered,
    pub model: Arc<Model>,
    pub samples: &'a Samples,
    pub notes: Vec<String>,
}

pub(crate) fn report(of: Inputs<'_>) -> Result<Report, ConvertError> {
    let layer = |index: usize| of.graph.nodes.get(index).map(|n| n.name.clone()).unwrap_or_default();
    let operators =
        of.model.header().nodes.iter().zip(of.model.values().iter().skip(1)).zip(&of.lowered.origins);
    let operators = operators.map(|((node, value), &origin)| {
        let (macs, weights) = work(&node.op, &value.ty, of.model.constants());
        OperatorReport {
            op: node.op.name().into(),
            layer: layer(origin),
            ty: value.ty.clone(),
            macs,
            weights,
        }
    });
    let port = |name: &str, value: u32, node: usize| {
        let ty = of.model.values().get(value as usize).map(|v| v.ty.clone());
        let affine = of.held.get(node).map(|h| h.affine);
        PortReport {
            name: name.into(),
            ty: ty.unwrap_or_else(|| TensorType::new(DType::I8, &[])),
            scale: affine.map_or(0.0, |a| a.scale),
            zero_point: affine.map_or(0, |a| a.zero_point),
        }
    };
    let output = of.model.header().outputs.first().map_or(0, |o| o.value);
    Ok(Report {
        model_id: of.model.id(),
        source: of.digest,
        input: port(&of.graph.input_name, 0, 0),
        output: port(&of.graph.output_name, output, of.graph.output),
        operators: operators.collect(),
        layers: layers(&of)?,
        parameters: of.graph.nodes.iter().map(|n| parameters(&n.op)).sum(),
        cost: *of.model.cost(),
        calibration_samples: of.samples.len() as u64,
        notes: of.notes,
    })
}

fn parameters(op: &Op) -> u64 {
    match op {
        Op::Conv(c) => (c.weight.len() + c.bias.len()) as u64,
        Op::MatMul { weight, bias } => (weight.len() + bias.len()) as u64,
        _ => 0,
    }
}

/// Multiply-accumulates by SPEC.md section 5, and bytes of constants.
fn work(op: &IntegerOp, result: &TensorType, constants: &[Tensor]) -> (u64, u64) {
    let size = |c: u32| constants.get(c as usize).map_or(0, |t| t.ty().bytes());
    // Each result is a sum over its share of the weights, which are one byte each.
    let sums = |weight: u32, bias: u32| {
        let channels = u64::from(result.channels()).max(1);
        (result.elements() * (size(weight) / channels), size(weight) + size(bias))
    };
    match op {
        IntegerOp::Conv2d(c) => sums(c.weight, c.bias),
        IntegerOp::DepthwiseConv2d(c) => sums(c.weight, c.bias),
        IntegerOp::MatMul(m) => sums(m.weight, m.bias),
        IntegerOp::Rescale(r) => (0, size(r.multiplier) + size(r.shift)),
        IntegerOp::Table8(t) => (0, size(t.table)),
        _ => (0, 0),
    }
}
