//! Where the elements of a value lie: ONNX's order, and the order on chain.

use super::{Act, Importer};
use crate::graph::{Node, Op, UNBOUNDED};

/// Image layout: [H, W, C] out of ONNX's [C, H, W].
pub(super) const IMAGE: [usize; 3] = [1, 2, 0];

impl Importer<'_> {
    pub(super) fn chain_shape(&self, act: &Act) -> Vec<usize> {
        self.graph.nodes.get(act.node).map(|n| n.shape.clone()).unwrap_or_default()
    }

    /// The same elements in another layout; a reshape where only dimensions of 1 move.
    pub(super) fn relayout(&mut self, act: &Act, perm: &[usize]) -> Act {
        if act.perm == perm {
            return act.clone();
        }
        let from = self.chain_shape(act);
        let steps: Vec<usize> = perm.iter().filter_map(|p| act.perm.iter().position(|q| q == p)).collect();
        let shape: Vec<usize> = steps.iter().filter_map(|&s| from.get(s).copied()).collect();
        let moved: Vec<usize> = steps.iter().copied().filter(|&s| from.get(s) != Some(&1)).collect();
        let node = if moved.is_sorted() {
            self.reshaped(act.node, shape)
        } else {
            let name = self.graph.nodes.get(act.node).map(|n| n.name.clone()).unwrap_or_default();
            let op = Op::Transpose(steps);
            self.add(Node { name, op, inputs: vec![act.node], shape, bounds: UNBOUNDED, probe: None })
        };
        Act { node, shape: act.shape.clone(), perm: perm.to_vec() }
    }

    /// The same elements in another shape; chains of reshapes collapse.
    pub(super) fn reshaped(&mut self, mut node: usize, shape: Vec<usize>) -> usize {
        while let Some(Node { op: Op::Reshape, inputs, .. }) = self.graph.nodes.get(node) {
            match inputs.first() {
                Some(&input) => node = input,
                None => break,
            }
        }
        let Some(Node { name, shape: old, .. }) = self.graph.nodes.get(node) else { return node };
        if *old == shape {
            return node;
        }
        let name = name.clone();
        self.add(Node { name, op: Op::Reshape, inputs: vec![node], shape, bounds: UNBOUNDED, probe: None })
    }
}

/// Dimensions without the batch; a scalar has one of 1.
pub(super) fn without_batch(shape: &[usize]) -> &[usize] {
    match shape {
        [] => &[1],
        [1, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    }
}

/// The layout that a value gets where nothing else speaks: images [H, W, C], the rest as in ONNX.
pub(super) fn layout(shape: &[usize]) -> Vec<usize> {
    if shape.len() == 4 && shape.first() == Some(&1) { IMAGE.to_vec() } else { in_order(shape) }
}

/// ONNX's own order.
pub(super) fn in_order(shape: &[usize]) -> Vec<usize> {
    (0..without_batch(shape).len()).collect()
}

pub(super) fn on_chain(shape: &[usize], perm: &[usize]) -> Vec<usize> {
    let shape = without_batch(shape);
    perm.iter().filter_map(|&p| shape.get(p).copied()).collect()
}
