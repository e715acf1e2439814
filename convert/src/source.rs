//! Loading ONNX: bounded decoding, one input and one output, shapes and constants worked out by tract.

use crate::error::{ConvertError, guarded};
use prost::Message;
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tract_core::internal::DimLike;
use tract_onnx::{
    data_resolver::{FopenDataResolver, ModelDataResolver},
    pb::{self, tensor_shape_proto::dimension::Value as Dim, type_proto::Value as Type},
    prelude::*,
    tract_hir::infer::{Factoid, InferenceModel, InferenceModelExt},
};

/// Bytes of an ONNX file, and of all its external data.
pub const MAX_ONNX_BYTES: u64 = 2 << 30;
/// Nodes and initialisers of an ONNX graph.
pub const MAX_ONNX_NODES: u64 = 1 << 16;

/// A decoded ONNX graph and what tract knows of its values.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub graph: pb::GraphProto,
    pub input: String,
    pub output: String,
    /// With the batch dimension.
    pub input_shape: Vec<usize>,
    model: InferenceModel,
    outlets: HashMap<String, OutletId>,
}

impl Source {
    /// Decodes and analyses. `known` are the operators that may reach tract; `input_shape` fixes an input whose
    /// dimensions are symbolic; `dir` is where external data may lie.
    pub(crate) fn load(
        bytes: &[u8],
        dir: Option<&Path>,
        input_shape: Option<&[usize]>,
        known: &HashSet<&str>,
    ) -> Result<Self, ConvertError> {
        limit("bytes of the ONNX file", bytes.len() as u64, MAX_ONNX_BYTES)?;
        let mut proto = pb::ModelProto::decode(bytes).map_err(|e| ConvertError::Onnx(e.to_string()))?;
        let Some(graph) = proto.graph.as_mut() else {
            return Err(ConvertError::Onnx("there is no graph in it".into()));
        };
        limit("nodes", graph.node.len() as u64, MAX_ONNX_NODES)?;
        limit("initialisers", graph.initializer.len() as u64, MAX_ONNX_NODES)?;
        check_nodes(graph, known)?;
        let (input, input_shape) = fix_input(graph, input_shape)?;
        let output = match graph.output.as_slice() {
            [one] => one.name.clone(),
            all => {
                return Err(ConvertError::Model(format!("it has {} outputs; export it with one", all.len())));
            }
        };
        // tract derives all shapes from the input; declared ones may name the batch symbol that is now 1.
        graph.value_info.clear();
        let dir =
            dir.map(|d| d.to_str().ok_or_else(|| ConvertError::Model("its folder is not UTF-8".into())));
        let dir = dir.transpose()?;
        let (model, outlets) = guarded("loading", || {
            let mut onnx = tract_onnx::onnx();
            onnx.provider = Arc::new(Bounded(AtomicU64::new(MAX_ONNX_BYTES)));
            let mut parsed = onnx.parse(&proto, dir).map_err(ConvertError::runtime("loading"))?;
            if let Some(name) = parsed.unresolved_inputs.first() {
                return Err(ConvertError::Onnx(format!("value `{name}` is used and defined nowhere")));
            }
            parsed.model.analyse(false).map_err(ConvertError::runtime("shape inference"))?;
            Ok((parsed.model, parsed.outlets_by_name))
        })?;
        let graph = proto.graph.unwrap_or_default();
        Ok(Self { graph, input, output, input_shape, model, outlets })
    }

    /// Shape of a value, batch included.
    pub(crate) fn shape(&self, name: &str) -> Option<Vec<usize>> {
        let shape = &self.model.outlet_fact(*self.outlets.get(name)?).ok()?.shape;
        shape.concretize()?.iter().map(|d| d.to_usize().ok()).collect()
    }

    /// The value of a constant, folded where needed.
    pub(crate) fn constant(&self, name: &str) -> Option<Arc<Tensor>> {
        self.constant_within(*self.outlets.get(name)?, 64)
    }

    /// tract folds constants up to some size; larger ones that pass through a few nodes are folded here.
    fn constant_within(&self, outlet: OutletId, depth: usize) -> Option<Arc<Tensor>> {
        if let Some(value) = self.model.outlet_fact(outlet).ok()?.value.concretize() {
            return Some(value);
        }
        let node = self.model.node(outlet.node);
        if depth == 0 || node.inputs.is_empty() {
            return None;
        }
        let inputs = node.inputs.iter().map(|i| Some(self.constant_within(*i, depth - 1)?.into_tvalue()));
        let inputs = inputs.collect::<Option<TVec<TValue>>>()?;
        let values = guarded("folding", || Ok(node.op.eval_out_of_plan(inputs).ok().flatten())).ok()??;
        values.into_iter().nth(outlet.slot).map(|v| v.into_arc_tensor())
    }

    /// An executable form that yields these values, in this order.
    pub(crate) fn runnable(&self, values: &[&str]) -> Result<Arc<TypedRunnableModel>, ConvertError> {
        let missing = |name: &&str| ConvertError::Onnx(format!("value `{name}` does not exist"));
        let outlets = values.iter().map(|v| self.outlets.get(*v).copied().ok_or_else(|| missing(v)));
        let outlets = outlets.collect::<Result<Vec<_>, _>>()?;
        guarded("planning", || {
            let mut model = self.model.clone();
            model.select_output_outlets(&outlets).map_err(ConvertError::runtime("planning"))?;
            let typed = model.into_typed().and_then(|m| m.into_optimized()).and_then(|m| m.into_runnable());
            typed.map_err(ConvertError::runtime("planning"))
        })
    }
}

pub(crate) fn limit(what: &'static str, got: u64, limit: u64) -> Result<(), ConvertError> {
    if got > limit { Err(ConvertError::Limit { what, got, limit }) } else { Ok(()) }
}

pub(crate) fn label(node: &pb::NodeProto) -> String {
    let first = node.output.first().filter(|o| !o.is_empty()).cloned();
    if node.name.is_empty() { first.unwrap_or_else(|| "without a name".into()) } else { node.name.clone() }
}

/// Refuses unknown operators before tract sees them: the error is clearer, and nothing that could blow up a
/// small file into a large tensor is evaluated.
fn check_nodes(graph: &pb::GraphProto, known: &HashSet<&str>) -> Result<(), ConvertError> {
    for node in &graph.node {
        let foreign = !node.domain.is_empty() && node.domain != "ai.onnx";
        if foreign || !known.contains(node.op_type.as_str()) {
            let reason = if foreign {
                format!("its domain is `{}`; only standard ONNX operators are known", node.domain)
            } else {
                "op set 1 has no counterpart for this operator; export the part of the model before it, or \
                 replace it by supported operators"
                    .to_string()
            };
            return Err(ConvertError::Unsupported { node: label(node), op: node.op_type.clone(), reason });
        }
    }
    Ok(())
}

/// Finds the one input and makes its shape concrete, with a batch of 1.
fn fix_input(
    graph: &mut pb::GraphProto,
    wanted: Option<&[usize]>,
) -> Result<(String, Vec<usize>), ConvertError> {
    let bad = |text: String| Err(ConvertError::Model(text));
    let initial: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let mut inputs: Vec<_> = graph.input.iter_mut().filter(|i| !initial.contains(i.name.as_str())).collect();
    let [input] = inputs.as_mut_slice() else {
        return bad(format!("it has {} inputs; models have one", inputs.len()));
    };
    let name = input.name.clone();
    let Some(Type::TensorType(ty)) = input.r#type.as_mut().and_then(|t| t.value.as_mut()) else {
        return bad(format!("input `{name}` has no tensor type"));
    };
    if ty.elem_type != pb::tensor_proto::DataType::Float as i32 {
        return bad(format!(
            "input `{name}` is not float32; export the float model, the converter quantises it"
        ));
    }
    let declared = ty.shape.get_or_insert_default();
    if let Some(shape) = wanted {
        declared.dim = shape.iter().map(|&d| dimension(d as i64)).collect();
    }
    let rank = declared.dim.len();
    let mut shape = vec![];
    for (index, dim) in declared.dim.iter_mut().enumerate() {
        match &dim.value {
            Some(Dim::DimValue(v)) if (1..=1 << 24).contains(v) => shape.push(*v as usize),
            _ if index == 0 && rank > 1 => {
                *dim = dimension(1);
                shape.push(1);
            }
            other => {
                let is = match other {
                    Some(Dim::DimValue(size)) => format!("{size}"),
                    Some(Dim::DimParam(open)) => format!("left open as `{open}`"),
                    None => "left open".into(),
                };
                return bad(format!(
                    "dimension {index} of input `{name}` is {is}; give an input shape of dimensions from 1 to 16777216"
                ));
            }
        }
    }
    if rank == 0 || rank > 5 {
        return bad(format!("input `{name}` has {rank} dimensions; 1 to 5 are supported"));
    }
    if rank > 1 && shape.first() != Some(&1) {
        return bad(format!(
            "input `{name}` has shape {shape:?}; the first dimension is the batch and must be 1"
        ));
    }
    Ok((name, shape))
}

fn dimension(size: i64) -> pb::tensor_shape_proto::Dimension {
    pb::tensor_shape_proto::Dimension { denotation: String::new(), value: Some(Dim::DimValue(size)) }
}

/// External data, up to a total. tract has made sure that the path lies inside the model's folder.
struct Bounded(AtomicU64);

impl ModelDataResolver for Bounded {
    fn read_bytes_from_path(
        &self,
        buf: &mut Vec<u8>,
        p: &Path,
        offset: usize,
        length: Option<usize>,
    ) -> TractResult<()> {
        let size = match length {
            Some(n) => n as u64,
            None => std::fs::metadata(p)?.len().saturating_sub(offset as u64),
        };
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size));
        if left.is_err() {
            return Err(TractError::msg(format!(
                "external data are larger than {MAX_ONNX_BYTES} bytes in all"
            )));
        }
        FopenDataResolver.read_bytes_from_path(buf, p, offset, length)
    }
}
