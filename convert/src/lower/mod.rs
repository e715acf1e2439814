//! Lowering: the float graph and the scale of each value become integer nodes and constants.
//!
//! One float node becomes an accumulation and a Rescale, or one integer op. All rounding is to nearest even on
//! IEEE doubles, so that equal graphs and scales give equal artifacts on every machine.

mod conv;
mod weights;

use crate::{
    error::ConvertError,
    graph::{Graph, Node, Op, UNBOUNDED},
    scale::{Affine, pair, q31},
};
use isocortex_model::{self as model, DType, Provenance, Tensor, ops};
use weights::quantised;

/// How a value is held: what its integers mean, and how wide they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Held {
    pub affine: Affine,
    pub dtype: DType,
}

/// The artifact, and where its nodes come from.
pub(crate) struct Lowered {
    pub artifact: model::Artifact,
    /// For each integer node: the float node.
    pub origins: Vec<usize>,
    /// For each float node: the value that has its elements.
    pub values: Vec<u32>,
}

struct Builder<'a> {
    graph: &'a Graph,
    held: &'a [Held],
    constants: Vec<Tensor>,
    nodes: Vec<model::Node>,
    origins: Vec<usize>,
    values: Vec<u32>,
    /// The float node at hand.
    at: usize,
}

/// Builds the artifact; `held` has an entry for each float node.
pub(crate) fn lower(graph: &Graph, held: &[Held], provenance: Provenance) -> Result<Lowered, ConvertError> {
    let mut b =
        Builder { graph, held, constants: vec![], nodes: vec![], origins: vec![], values: vec![], at: 0 };
    for (index, node) in graph.nodes.iter().enumerate() {
        b.at = index;
        let value = b.node(node)?;
        b.values.push(value);
    }
    let port = |index: usize| graph.nodes.get(index).zip(held.get(index));
    let (Some((first, input)), Some((_, output))) = (port(0), port(graph.output)) else {
        return Err(ConvertError::Model("it has no nodes".into()));
    };
    let input = model::Port {
        name: short(&graph.input_name),
        ty: model::TensorType::new(DType::I8, &dims(&first.shape)),
        quant: input.affine.quant(),
    };
    let output = model::Output {
        name: short(&graph.output_name),
        value: b.values.get(graph.output).copied().unwrap_or(0),
        quant: output.affine.quant(),
    };
    let artifact = model::Artifact::build(vec![input], b.constants, b.nodes, vec![output], provenance);
    Ok(Lowered { artifact, origins: b.origins, values: b.values })
}

impl Builder<'_> {
    fn node(&mut self, node: &Node) -> Result<u32, ConvertError> {
        let operand = node.inputs.first().copied().unwrap_or(0);
        let x = self.values.get(operand).copied().unwrap_or(0);
        let (from, to) = (self.held(operand)?, self.held(self.at)?);
        let zero_point = from.affine.zero_point;
        match &node.op {
            Op::Input => Ok(0),
            Op::Conv(conv) => self.conv(node, conv, x, operand),
            Op::MatMul { weight, bias } => {
                let rows = quantised(
                    weight.chunks_exact((weight.len() / bias.len().max(1)).max(1)),
                    bias,
                    from.affine.scale,
                );
                let n = bias.len() as u32;
                let weight =
                    self.constant(Tensor::i8(&[n, rows.weight.len() as u32 / n.max(1)], rows.weight));
                let bias = self.constant(Tensor::i32(&[n], rows.bias));
                let sum = self.emit(&[x], model::Op::MatMul(ops::MatMul { weight, bias, zero_point }));
                self.rescale(node, sum, &rows.scales)
            }
            Op::Affine { .. } => Err(self.fault("a factor without weights is left over")),
            Op::Add => {
                let other = node.inputs.get(1).copied().unwrap_or(0);
                let b = self.held(other)?;
                let y = self.values.get(other).copied().unwrap_or(0);
                let factors = [from, b].map(|side| side.affine.scale / to.affine.scale);
                let Some((multipliers, shift)) = pair(factors) else {
                    return Err(
                        self.fault(format!("its operands' scales are {factors:?} times its result's"))
                    );
                };
                let (lo, hi) = bounds(node, &to);
                let op = ops::AddScaled {
                    multipliers,
                    zero_points: [zero_point, b.affine.zero_point],
                    shift,
                    zero_point: to.affine.zero_point,
                    lo,
                    hi,
                    dtype: to.dtype,
                };
                Ok(self.emit(&[x, y], model::Op::AddScaled(op)))
            }
            Op::Unary(expr) => {
                if from == to
                    && let Some(ramp) = expr.ramp().filter(|r| r.is_clamp())
                {
                    let (lo, hi) = steps((ramp.lo, ramp.hi), &to);
                    return Ok(self.emit(&[x], model::Op::Clamp(ops::Clamp { lo, hi })));
                }
                let reals = (-128..=127).map(|q| expr.eval(from.affine.real(q)));
                if reals.clone().any(f64::is_nan) {
                    return Err(
                        self.fault("its function is undefined for some values in the calibrated range")
                    );
                }
                let table = reals.map(|y| to.affine.quantise(y, DType::I8) as i8).collect();
                let table = self.constant(Tensor::i8(&[256], table));
                Ok(self.emit(&[x], model::Op::Table8(ops::Table8 { table })))
            }
            Op::MaxPool { kernel, stride, pads } => {
                let op =
                    ops::MaxPool { kernel: kernel.map(dim), stride: stride.map(dim), pads: pads.map(dim) };
                Ok(self.emit(&[x], model::Op::MaxPool(op)))
            }
            Op::Reduce { axes, factor } => {
                let axes = axes.iter().map(|&a| a as u8).collect();
                let sum = self.emit(&[x], model::Op::ReduceSum(ops::ReduceSum { axes, zero_point }));
                self.rescale(node, sum, &[from.affine.scale * factor])
            }
            Op::Reshape => Ok(self.reshape(x, &node.shape)),
            Op::Transpose(perm) => {
                let perm = perm.iter().map(|&p| p as u8).collect();
                Ok(self.emit(&[x], model::Op::Transpose(ops::Transpose { perm })))
            }
        }
    }

    /// Sums whose units are `scales` (one, or one a channel) to the node's own integers, clamped.
    fn rescale(&mut self, node: &Node, sum: u32, scales: &[f64]) -> Result<u32, ConvertError> {
        let to = self.held(self.at)?;
        let (mut multipliers, mut shifts) = (vec![], vec![]);
        for scale in scales {
            let factor = scale / to.affine.scale;
            let Some((m, s)) = q31(factor) else {
                return Err(self.fault(format!("its rescaling factor {factor} is out of range")));
            };
            multipliers.push(m);
            shifts.push(s);
        }
        let alike = multipliers.windows(2).all(|w| w.first() == w.last())
            && shifts.windows(2).all(|w| w.first() == w.last());
        if alike {
            multipliers.truncate(1);
            shifts.truncate(1);
        }
        let n = multipliers.len() as u32;
        let multiplier = self.constant(Tensor::i32(&[n], multipliers));
        let shift = self.constant(Tensor::i8(&[n], shifts));
        let (lo, hi) = bounds(node, &to);
        let op =
            ops::Rescale { multiplier, shift, zero_point: to.affine.zero_point, lo, hi, dtype: to.dtype };
        Ok(self.emit(&[sum], model::Op::Rescale(op)))
    }

    fn reshape(&mut self, x: u32, shape: &[usize]) -> u32 {
        self.emit(&[x], model::Op::Reshape(ops::Reshape { shape: dims(shape) }))
    }

    fn emit(&mut self, operands: &[u32], op: model::Op) -> u32 {
        self.nodes.push(model::Node { operands: operands.to_vec(), op });
        self.origins.push(self.at);
        // Value 0 is the input.
        self.nodes.len() as u32
    }

    fn constant(&mut self, tensor: Tensor) -> u32 {
        self.constants.push(tensor);
        self.constants.len() as u32 - 1
    }

    fn held(&self, index: usize) -> Result<Held, ConvertError> {
        self.held.get(index).copied().ok_or_else(|| self.fault("it has no scale"))
    }

    fn fault(&self, reason: impl Into<String>) -> ConvertError {
        let layer = self.graph.nodes.get(self.at).map(|n| n.name.clone()).unwrap_or_default();
        ConvertError::Quantise { layer, reason: reason.into() }
    }
}

/// The fused activation's bounds as integers: a ReLU's lower one is the zero point.
fn bounds(node: &Node, to: &Held) -> (i32, i32) {
    steps(node.bounds, to)
}

fn steps((lo, hi): (f64, f64), to: &Held) -> (i32, i32) {
    let range = to.dtype.range();
    let step =
        |x: f64, whole: i32, open: f64| if x == open { whole } else { to.affine.quantise(x, to.dtype) };
    (step(lo, range.lo, UNBOUNDED.0), step(hi, range.hi, UNBOUNDED.1))
}

fn dim(d: usize) -> u32 {
    u32::try_from(d).unwrap_or(u32::MAX)
}

fn dims(shape: &[usize]) -> Vec<u32> {
    shape.iter().map(|&d| dim(d)).collect()
}

/// A name of at most 64 bytes.
fn short(name: &str) -> String {
    let mut end = name.len().min(model::limits::NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default().to_string()
}
