//! Which integers each value of the graph is held in.

use crate::{
    calibrate::{self, RangeMethod, Seen},
    error::ConvertError,
    graph::{Graph, Op},
    lower::Held,
    scale::Affine,
};
use isocortex_model::DType;

/// Room above the largest final value of the calibration data, so that logits do not saturate.
const HEADROOM: f64 = 2.0;

/// One entry for each node: i8 everywhere, i16 for the final sums.
pub(crate) fn hold(
    graph: &Graph,
    seen: &[Option<Seen>],
    method: RangeMethod,
    input_range: Option<(f32, f32)>,
) -> Result<Vec<Held>, ConvertError> {
    let wide = wide(graph);
    let mut held: Vec<Held> = vec![];
    for (index, node) in graph.nodes.iter().enumerate() {
        let operand = node.inputs.first().and_then(|&i| held.get(i)).copied();
        let seen = seen.get(index).and_then(Option::as_ref);
        let keeps = match &node.op {
            Op::Unary(expr) => expr.ramp().is_some_and(|r| r.is_clamp()),
            op => op.keeps_scale(),
        };
        let i8 = |affine| Held { affine, dtype: DType::I8 };
        let one = match (operand, seen) {
            (Some(x), _) if keeps => x,
            (_, Some(s)) if wide == Some(index) => {
                Held { affine: Affine::i16(s.reach() * HEADROOM), dtype: DType::I16 }
            }
            (None, Some(s)) => i8(input(s, method, input_range)),
            (_, Some(s)) => i8(s.affine(method)),
            (Some(x), None) if calibrate::image(&node.op, &x.affine).is_some() => {
                i8(calibrate::image(&node.op, &x.affine).unwrap_or(x.affine))
            }
            _ => {
                let reason = "calibration did not see its values".to_string();
                return Err(ConvertError::Quantise { layer: node.name.clone(), reason });
            }
        };
        held.push(one);
    }
    Ok(held)
}

/// The node whose sums are the model's result and nothing else: it is rescaled to i16.
fn wide(graph: &Graph) -> Option<usize> {
    let uses = graph.uses();
    let mut index = graph.output;
    loop {
        let node = graph.nodes.get(index)?;
        if uses.get(index) != Some(&1) {
            return None;
        }
        match node.op {
            Op::Reshape | Op::Transpose(_) => index = *node.inputs.first()?,
            Op::Conv(_) | Op::MatMul { .. } | Op::Reduce { .. } | Op::Add => return Some(index),
            _ => return None,
        }
    }
}

/// The caller's word goes; pixels in [0, 1] get 1/255 and −128 exactly; the rest is an activation like others.
fn input(seen: &Seen, method: RangeMethod, range: Option<(f32, f32)>) -> Affine {
    match range {
        Some((lo, hi)) => Affine::i8(lo.into(), hi.into()),
        None if (seen.lo, seen.hi) == (0.0, 1.0) => Affine::i8(0.0, 1.0),
        None => seen.affine(method),
    }
}
