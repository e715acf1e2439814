//! The error of each layer: the integer model beside the float model, on a few samples.

use crate::{
    error::ConvertError,
    float::FloatModel,
    graph::permute,
    ports::{integers, port_order, quantise_input},
    report::{Inputs, LayerReport},
};
use isocortex_inference::{Backend, Reference};

/// Samples that the error of each layer is measured on.
const MEASURED: usize = 16;

/// Runs a few samples through both models and compares each layer.
pub(crate) fn layers(of: &Inputs<'_>) -> Result<Vec<LayerReport>, ConvertError> {
    let shown: Vec<usize> = of
        .graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(i, n)| {
            !n.op.keeps_scale() && n.probe.is_some() && of.seen.get(*i).is_some_and(Option::is_some)
        })
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
