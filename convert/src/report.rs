//! What a conversion did, for people and for `--json`.

use crate::{
    calibrate::Seen,
    data::Samples,
    error::ConvertError,
    float::FloatModel,
    graph::{Graph, Op, permute},
    lower::{Held, Lowered},
    ports::{port_order, quantise_input},
    source::Source,
};
use isocortex_inference::{Backend, Reference};
use isocortex_model::{B256, Cost, DType, Model, Op as IntegerOp, Tensor, TensorType};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Samples that the error of each layer is measured on.
const MEASURED: usize = 16;

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
    let operators = of.model.header().nodes.iter().zip(of.model.values().iter().skip(1)).zip(&of.lowered.origins);
    let operators = operators.map(|((node, value), &origin)| {
        let (macs, weights) = work(&node.op, &value.ty, of.model.constants());
        OperatorReport { op: node.op.name().into(), layer: layer(origin), ty: value.ty.clone(), macs, weights }
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

/// Runs a few samples through both models and compares each layer.
fn layers(of: &Inputs<'_>) -> Result<Vec<LayerReport>, ConvertError> {
    let shown: Vec<usize> = of
        .graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(i, n)| !n.op.keeps_scale() && n.probe.is_some() && of.seen.get(*i).is_some_and(Option::is_some))
        .map(|(i, _)| i)
        .collect();
    let nodes = || shown.iter().filter_map(|&i| Some((i, of.graph.nodes.get(i)?)));
    let values: Vec<&str> = nodes().filter_map(|(_, n)| Some(n.probe.as_ref()?.value.as_str())).collect();
    let float = FloatModel::new(of.source, &values)?;
    let failed = |e: isocortex_inference::Error| ConvertError::Backend(e.to_string());
    let loaded = Reference.load(of.model.clone()).map_err(failed)?;
    let mut sums = vec![(0.0f64, 0.0f64); shown.len()];
    for sample in of.samples.iter().take(MEASURED) {
        let Some(port) = of.model.header().inputs.first() else { continue };
        let input = quantise_input(port, &port_order(float.input_shape(), sample))?;
        let trace = loaded.trace(&input).map_err(failed)?;
        for (((index, node), elements), sum) in nodes().zip(float.run_all(sample)?).zip(&mut sums) {
            let (Some(probe), Some(held)) = (&node.probe, of.held.get(index)) else { continue };
            let value = of.lowered.values.get(index).copied().unwrap_or(0);
            let bytes = match value.checked_sub(1) {
                None => input.as_slice(),
                Some(node) => trace.get(node as usize).map_or(&[][..], |t| &t.bytes),
            };
            let (lo, hi) = node.bounds;
            let elements = on_chain(&elements, &node.shape, &probe.perm);
            for (&x, q) in elements.iter().zip(integers(bytes, held.dtype)) {
                let x = (f64::from(x) * probe.factor).max(lo).min(hi);
                let e = x - held.affine.real(q);
                *sum = (sum.0 + e * e, sum.1 + x * x);
            }
        }
    }
    let rows = nodes().zip(sums).filter_map(|((index, node), (error, size))| {
        let (held, seen) = (of.held.get(index)?, of.seen.get(index)?.as_ref()?);
        Some(LayerReport {
            layer: node.name.clone(),
            op: node.op.name().into(),
            scale: held.affine.scale,
            zero_point: held.affine.zero_point,
            lo: seen.lo,
            hi: seen.hi,
            error: if size > 0.0 { (error / size).sqrt() } else { 0.0 },
        })
    });
    Ok(rows.collect())
}

/// Elements in ONNX's order to the order of a chain shape, of which dimension d is ONNX's `perm[d]`.
fn on_chain(elements: &[f32], shape: &[usize], perm: &[usize]) -> Vec<f32> {
    let from: Option<Vec<usize>> =
        (0..perm.len()).map(|p| shape.get(perm.iter().position(|&q| q == p)?).copied()).collect();
    match from.filter(|f| f.iter().product::<usize>() == elements.len()) {
        Some(from) => permute(elements, &from, perm),
        None => elements.to_vec(),
    }
}

/// The elements of a tensor's bytes.
pub(crate) fn integers(bytes: &[u8], dtype: DType) -> Vec<i32> {
    match dtype {
        DType::I8 => bytes.iter().map(|&b| i32::from(b as i8)).collect(),
        DType::I16 => bytes.as_chunks().0.iter().map(|b| i32::from(i16::from_le_bytes(*b))).collect(),
        DType::I32 => bytes.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect(),
    }
}
