//! Folding: factors and addends go into the weights before them, clamps into the operator before them.

use crate::{
    expr::Ramp,
    graph::{Conv, Graph, Node, Op, UNBOUNDED},
};

/// Folds until nothing changes, drops what the output does not need, and turns factors that are left over into
/// 1×1 depthwise convolutions.
pub(crate) fn fold(mut graph: Graph) -> Graph {
    let mut uses = graph.uses();
    for index in 0..graph.nodes.len() {
        // Nodes are visited in order, so what is before this one has been folded already.
        if uses.get(index).is_some_and(|&n| n > 0)
            && let Some(target) = absorb(&mut graph, index, &uses)
        {
            replace(&mut graph, index, target);
            uses = graph.uses();
        }
    }
    let mut graph = compact(graph);
    for index in 0..graph.nodes.len() {
        spell_out(&mut graph, index);
    }
    graph
}

/// Lets the node that `index` reads do its work; gives the node that then has its result.
fn absorb(graph: &mut Graph, index: usize, uses: &[usize]) -> Option<usize> {
    let node = graph.nodes.get(index)?.clone();
    let &[before] = node.inputs.as_slice() else { return None };
    let sole = |n: usize| uses.get(n) == Some(&1) && n != graph.output;
    match &node.op {
        Op::Unary(expr) => {
            let ramp = expr.ramp()?;
            if ramp.is_clamp() {
                // A clamp commutes with moves and maxima: it can go up to the operator that computes.
                let mut target = before;
                while sole(target) && graph.nodes.get(target)?.op.keeps_scale() {
                    target = *graph.nodes.get(target)?.inputs.first()?;
                }
                let fits = sole(target) && computes(&graph.nodes.get(target)?.op);
                if fits {
                    let into = graph.nodes.get_mut(target)?;
                    let (lo, hi) = into.bounds;
                    into.bounds = (lo.max(ramp.lo).min(ramp.hi), hi.min(ramp.hi).max(ramp.lo));
                    into.name = joined(&into.name, &node.name);
                    return Some(before);
                }
                return None;
            }
            let into = sole(before).then(|| graph.nodes.get_mut(before))??;
            (into.bounds == UNBOUNDED).then_some(())?;
            match &mut into.op {
                Op::Reduce { factor, .. } if ramp.b == 0.0 => *factor *= ramp.a,
                op => scale(op, &|_| (ramp.a, ramp.b)).then_some(())?,
            }
            finish(into, node, Some(ramp));
            Some(before)
        }
        Op::Affine { factor, addend } => {
            let into = sole(before).then(|| graph.nodes.get_mut(before))??;
            (into.bounds == UNBOUNDED && into.shape == node.shape).then_some(())?;
            let of = |c: usize| {
                let at = |v: &[f32], d: f64| v.get(c).map_or(d, |&x| x.into());
                (at(factor, 1.0), at(addend, 0.0))
            };
            scale(&mut into.op, &of).then_some(())?;
            finish(into, node, None);
            Some(before)
        }
        _ => None,
    }
}

fn finish(into: &mut Node, node: Node, ramp: Option<Ramp>) {
    into.probe = node.probe;
    into.name = joined(&into.name, &node.name);
    // The probe shows the value after its own clamp; clamping it again changes nothing.
    into.bounds = ramp.map_or(node.bounds, |r| (r.lo, r.hi));
}

fn joined(a: &str, b: &str) -> String {
    if a == b { a.to_string() } else { format!("{a} + {b}") }
}

/// Operators whose integer form ends in a clamp anyway.
fn computes(op: &Op) -> bool {
    matches!(op, Op::Conv(_) | Op::MatMul { .. } | Op::Affine { .. } | Op::Add | Op::Reduce { .. })
}

/// Puts `factor · result + addend` for each channel into the weights; false where there are none.
fn scale(op: &mut Op, of: &dyn Fn(usize) -> (f64, f64)) -> bool {
    let (weight, bias, innermost) = match op {
        Op::Conv(Conv { weight, bias, depthwise, .. }) => (weight, bias, *depthwise),
        Op::MatMul { weight, bias } => (weight, bias, false),
        Op::Affine { factor, addend } => (factor, addend, true),
        _ => return false,
    };
    let channels = bias.len().max(1);
    let taps = (weight.len() / channels).max(1);
    for (i, w) in weight.iter_mut().enumerate() {
        let channel = if innermost { i % channels } else { i / taps };
        *w = (f64::from(*w) * of(channel).0) as f32;
    }
    for (channel, b) in bias.iter_mut().enumerate() {
        let (factor, addend) = of(channel);
        *b = (f64::from(*b) * factor + addend) as f32;
    }
    true
}

/// Everything that reads `old` reads `new`.
fn replace(graph: &mut Graph, old: usize, new: usize) {
    for node in &mut graph.nodes {
        node.inputs.iter_mut().filter(|i| **i == old).for_each(|i| *i = new);
    }
    if graph.output == old {
        graph.output = new;
    }
}

/// Drops nodes that the output does not need; the input stays.
fn compact(graph: Graph) -> Graph {
    let uses = graph.uses();
    let mut places = vec![0; graph.nodes.len()];
    let mut nodes: Vec<Node> = vec![];
    for (index, mut node) in graph.nodes.into_iter().enumerate() {
        if index == 0 || uses.get(index).is_some_and(|&n| n > 0) {
            node.inputs.iter_mut().for_each(|i| *i = places.get(*i).copied().unwrap_or(0));
            if let Some(place) = places.get_mut(index) {
                *place = nodes.len();
            }
            nodes.push(node);
        }
    }
    let output = places.get(graph.output).copied().unwrap_or(0);
    Graph { nodes, output, ..graph }
}

/// A factor for each channel that found no weights to go into is a 1×1 depthwise convolution. The lowering
/// gives it a shape of [H, W, C] for the time.
fn spell_out(graph: &mut Graph, index: usize) {
    if let Some(node) = graph.nodes.get_mut(index)
        && let Op::Affine { factor, addend } = &node.op
    {
        node.op = Op::Conv(Conv {
            weight: factor.clone(),
            bias: addend.clone(),
            depthwise: true,
            kernel: [1, 1],
            stride: [1, 1],
            dilation: [1, 1],
            pads: [0; 4],
        });
    }
}
