//! ONNX nodes to the float [`Graph`]: one function an operator, in files by kind.
//!
//! The nodes are ONNX's own, so that an error names what the user knows; tract contributes the shapes and the
//! folded constants. Values keep their ONNX shape beside the layout that they have on chain, so that layout
//! changes cost nothing until an operator asks for another one.

mod attributes;
mod elementwise;
mod functions;
mod layout;
mod linear;
mod shapes;
mod windows;

use crate::{
    error::ConvertError,
    expr::Expr,
    graph::{Graph, Node, Op, Probe, UNBOUNDED},
    source::{Source, label},
};
use attributes::Attributes;
use layout::{IMAGE, layout, on_chain};
use std::collections::{HashMap, HashSet};
use tract_onnx::{pb::NodeProto, prelude::DatumType};

/// A value that depends on the input.
#[derive(Clone, Debug)]
struct Act {
    node: usize,
    /// As in ONNX, with the batch.
    shape: Vec<usize>,
    /// Dimension d on chain is ONNX dimension `perm[d]`, batch not counted.
    perm: Vec<usize>,
}

/// A constant: its shape and its elements.
type Numbers = (Vec<usize>, Vec<f32>);

struct Importer<'a> {
    source: &'a Source,
    graph: Graph,
    values: HashMap<String, Act>,
    /// Values that a dropped Softmax gave.
    dropped: HashSet<String>,
    /// For element-wise nodes: the value that they are a function of, and the function.
    roots: HashMap<usize, (usize, Expr)>,
    notes: Vec<String>,
}

/// The node at hand.
struct At<'a> {
    proto: &'a NodeProto,
    attributes: Attributes<'a>,
    name: String,
    /// Name and ONNX shape of the result.
    output: String,
    shape: Vec<usize>,
}

/// Operators that this module maps, and those that only compute constants such as shapes.
pub(crate) fn known_operators() -> HashSet<&'static str> {
    let mut known = HashSet::from([
        "Add",
        "AveragePool",
        "BatchNormalization",
        "Cast",
        "Clip",
        "Conv",
        "Div",
        "Dropout",
        "Flatten",
        "Gemm",
        "GlobalAveragePool",
        "Identity",
        "LogSoftmax",
        "MatMul",
        "Max",
        "MaxPool",
        "Min",
        "Mul",
        "PRelu",
        "Pow",
        "ReduceMean",
        "ReduceSum",
        "Reshape",
        "Softmax",
        "Squeeze",
        "Sub",
        "Sum",
        "Transpose",
        "Unsqueeze",
    ]);
    known.extend(functions::FUNCTIONS);
    known.extend(["Concat", "Constant", "Gather", "Shape", "Slice"]);
    known
}

/// Maps the whole network; notes say what was left out or changed.
pub(crate) fn import(source: &Source) -> Result<(Graph, Vec<String>), ConvertError> {
    let perm = layout(&source.input_shape);
    let shape = on_chain(&source.input_shape, &perm);
    let input = Node {
        name: source.input.clone(),
        op: Op::Input,
        inputs: vec![],
        shape,
        bounds: UNBOUNDED,
        probe: Some(Probe { value: source.input.clone(), perm: perm.clone(), factor: 1.0 }),
    };
    let graph = Graph {
        nodes: vec![input],
        output: 0,
        input_name: source.input.clone(),
        output_name: source.output.clone(),
    };
    let mut importer = Importer {
        source,
        graph,
        values: HashMap::from([(
            source.input.clone(),
            Act { node: 0, shape: source.input_shape.clone(), perm },
        )]),
        dropped: HashSet::new(),
        roots: HashMap::new(),
        notes: vec![],
    };
    for proto in &source.graph.node {
        importer.node(proto)?;
    }
    importer.finish()
}

impl<'a> Importer<'a> {
    fn node(&mut self, proto: &'a NodeProto) -> Result<(), ConvertError> {
        let Some(output) = proto.output.first().filter(|o| !o.is_empty()).cloned() else { return Ok(()) };
        // A node that hangs on no activation is a constant, and read as such where it is used.
        if !proto.input.iter().any(|i| self.values.contains_key(i)) || self.source.constant(&output).is_some()
        {
            return Ok(());
        }
        let name = label(proto);
        let mut at = At { proto, attributes: Attributes(proto), name, output, shape: vec![] };
        at.shape = self.source.shape(&at.output).ok_or_else(|| at.unsupported("its shape is not known"))?;
        for other in proto.output.iter().skip(1).filter(|o| !o.is_empty()) {
            if proto.op_type != "Dropout" && self.source.graph.node.iter().any(|n| n.input.contains(other)) {
                return Err(at.unsupported(format!("its second output `{other}` is used")));
            }
        }
        if let Some(used) = proto.input.iter().find(|i| self.dropped.contains(*i))
            && !matches!(proto.op_type.as_str(), "Identity" | "Flatten" | "Reshape" | "Squeeze")
        {
            return Err(
                at.unsupported(format!("it reads `{used}`, and a Softmax is supported at the end only"))
            );
        }
        let act = match proto.op_type.as_str() {
            "Conv" => self.conv(&at)?,
            "MaxPool" => self.max_pool(&at)?,
            "AveragePool" => self.average_pool(&at)?,
            "BatchNormalization" => self.batch_normalization(&at)?,
            "Gemm" => self.gemm(&at)?,
            "MatMul" => self.mat_mul(&at)?,
            "GlobalAveragePool" | "ReduceMean" | "ReduceSum" => self.reduce(&at)?,
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => self.reshape(&at)?,
            "Transpose" => self.transpose(&at)?,
            "Identity" | "Dropout" => self.activation(&at, 0)?,
            "Cast" => self.cast(&at)?,
            "Softmax" | "LogSoftmax" => {
                let op = &proto.op_type;
                self.notes.push(format!(
                    "the final {op} `{}` is left out: the model returns its inputs, the largest is the same",
                    at.name
                ));
                self.dropped.insert(at.output.clone());
                self.activation(&at, 0)?
            }
            "Add" | "Sub" | "Mul" | "Div" | "Max" | "Min" | "Pow" | "Sum" | "PRelu" => self.binary(&at)?,
            _ => self.function(&at)?,
        };
        if proto.input.iter().any(|i| self.dropped.contains(i)) {
            self.dropped.insert(at.output.clone());
        }
        self.values.insert(at.output, act);
        Ok(())
    }

    fn finish(mut self) -> Result<(Graph, Vec<String>), ConvertError> {
        let output = &self.source.output;
        let Some(act) = self.values.get(output).cloned() else {
            return Err(ConvertError::Model(format!("its output `{output}` does not depend on its input")));
        };
        let wanted = if act.perm == IMAGE { act.perm.clone() } else { layout(&act.shape) };
        self.graph.output = self.relayout(&act, &wanted).node;
        Ok((self.graph, self.notes))
    }

    fn cast(&mut self, at: &At<'_>) -> Result<Act, ConvertError> {
        match at.attributes.int("to", 1) {
            // FLOAT, FLOAT16, DOUBLE, BFLOAT16: numbers stay what they are.
            1 | 10 | 11 | 16 => self.activation(at, 0),
            other => {
                Err(at.unsupported(format!("it casts to data type {other}; only float types are known")))
            }
        }
    }

    /// Operand `index` as a value that depends on the input.
    fn activation(&self, at: &At<'_>, index: usize) -> Result<Act, ConvertError> {
        let name = at.proto.input.get(index).map(String::as_str).unwrap_or_default();
        self.values.get(name).cloned().ok_or_else(|| {
            at.unsupported(format!(
                "operand {index} (`{name}`) must depend on the input, and come before this node"
            ))
        })
    }

    /// Operand `index` as numbers with their shape; `None` where it is absent or depends on the input.
    fn numbers(&self, at: &At<'_>, index: usize) -> Result<Option<Numbers>, ConvertError> {
        let Some(name) = at.proto.input.get(index).filter(|n| !n.is_empty()) else { return Ok(None) };
        let Some(tensor) = self.source.constant(name) else { return Ok(None) };
        let values = tensor.cast_to_dt(DatumType::F32).ok().and_then(|t| {
            let array = t.to_plain_array_view::<f32>().ok()?;
            Some((array.shape().to_vec(), array.iter().copied().collect::<Vec<_>>()))
        });
        match values {
            Some((_, v)) if v.iter().any(|x| !x.is_finite()) => {
                Err(at.unsupported(format!("constant `{name}` has infinite or undefined elements")))
            }
            Some(v) => Ok(Some(v)),
            None => Err(at.unsupported(format!("constant `{name}` does not hold numbers"))),
        }
    }

    fn required(&self, at: &At<'_>, index: usize) -> Result<Numbers, ConvertError> {
        let name = at.proto.input.get(index).map(String::as_str).unwrap_or_default();
        let missing = || at.unsupported(format!("operand {index} (`{name}`) must be a constant"));
        self.numbers(at, index)?.ok_or_else(missing)
    }

    /// Adds a node whose result is the ONNX node's output in layout `perm`.
    fn push(&mut self, at: &At<'_>, op: Op, inputs: Vec<usize>, perm: Vec<usize>) -> Act {
        let shape = on_chain(&at.shape, &perm);
        let probe = Some(Probe { value: at.output.clone(), perm: perm.clone(), factor: 1.0 });
        let node = self.add(Node { name: at.name.clone(), op, inputs, shape, bounds: UNBOUNDED, probe });
        Act { node, shape: at.shape.clone(), perm }
    }

    fn add(&mut self, node: Node) -> usize {
        self.graph.nodes.push(node);
        self.graph.nodes.len() - 1
    }
}

impl At<'_> {
    fn unsupported(&self, reason: impl Into<String>) -> ConvertError {
        ConvertError::Unsupported {
            node: self.name.clone(),
            op: self.proto.op_type.clone(),
            reason: reason.into(),
        }
    }
}
