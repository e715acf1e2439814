//! What is computed together, and which values are kept turned.

use isocortex_model::{DType, Model, Op, ops};

/// What a Conv2d, DepthwiseConv2d, MatMul or Rescale is followed by and computed together with.
#[derive(Clone, Copy, Default)]
pub(super) struct Tail<'a> {
    pub rescale: Option<&'a ops::Rescale>,
    pub clamp: Option<&'a ops::Clamp>,
}

/// A node with its tail: one step of a program.
pub(super) struct Unit<'a> {
    pub node: usize,
    pub tail: Tail<'a>,
    /// The value that it makes: the last of its nodes'.
    pub result: usize,
}

/// True where a node has a form that its kernel is for; the reference computes the others.
pub(super) fn fast(model: &Model, index: usize) -> bool {
    let node = &model.header().nodes[index];
    let value = |v: usize| &model.values()[v].ty;
    let operand = |i: usize| node.operands.get(i).map(|&v| value(v as usize));
    let i8s = |i: usize| operand(i).is_some_and(|x| x.dtype == DType::I8);
    match &node.op {
        Op::Conv2d(op) => op.groups == 1 || depthwise(model, op),
        Op::MaxPool(_) => i8s(0),
        Op::BatchMatMul(op) => i8s(1) && op.zero_points[1] == 0,
        _ => true,
    }
}

/// True for a Conv2d that is a DepthwiseConv2d: as many groups as channels and as filters.
pub(super) fn depthwise(model: &Model, op: &ops::Conv2d) -> bool {
    let shape = &model.header().constants[op.weight as usize].shape;
    op.groups > 1 && op.groups == shape[0] && shape[3] == 1
}

/// True for an AddScaled without broadcasting.
pub(super) fn alike(model: &Model, index: usize) -> bool {
    let node = &model.header().nodes[index];
    let mut shapes = node.operands.iter().map(|&v| &model.values()[v as usize].ty.shape);
    shapes.next() == shapes.next()
}

/// All nodes in order, each with its tail if `fuse`, so that results that only the next one needs are never stored.
pub(super) fn units(model: &Model, fuse: bool) -> Vec<Unit<'_>> {
    let header = model.header();
    let inputs = header.inputs.len();
    let readers = Readers::new(model);
    let mut fused = vec![false; header.nodes.len()];
    let mut units = vec![];
    for (node, n) in header.nodes.iter().enumerate() {
        if fused[node] {
            continue;
        }
        let (mut last, mut tail) = (node, Tail::default());
        if fuse {
            let rescales =
                matches!(n.op, Op::Conv2d(_) | Op::DepthwiseConv2d(_) | Op::MatMul(_)) && fast(model, node);
            if let Some((next, Op::Rescale(op))) = readers.only(model, inputs + last)
                && rescales
            {
                (last, tail.rescale, fused[next]) = (next, Some(op), true);
            }
            if let Some((next, Op::Clamp(op))) = readers.only(model, inputs + last)
                && (tail.rescale.is_some() || matches!(n.op, Op::Rescale(_)))
            {
                (last, tail.clamp, fused[next]) = (next, Some(op), true);
            }
        }
        units.push(Unit { node, tail, result: inputs + last });
    }
    units
}

/// Of each value, whether it is kept *turned*: i8 elements as the u8 that is 128 more, which is what the matrix
/// kernels read. So are those that only such kernels read and whose makers can turn them, inputs among them.
pub(super) fn turned(model: &Model, units: &[Unit<'_>]) -> Vec<bool> {
    let header = model.header();
    let mut turned = vec![false; model.values().len()];
    turned[..header.inputs.len()].fill(true);
    for unit in units {
        let op = &header.nodes[unit.node].op;
        let turns = matches!(op, Op::Rescale(_) | Op::MaxPool(_) | Op::DynQuantRow(_))
            && fast(model, unit.node)
            || matches!(op, Op::AddScaled(_)) && alike(model, unit.node);
        turned[unit.result] = unit.tail.rescale.is_some() || turns;
    }
    for (index, node) in header.nodes.iter().enumerate() {
        let reads = matches!(
            node.op,
            Op::Conv2d(_)
                | Op::DepthwiseConv2d(_)
                | Op::MatMul(_)
                | Op::AddScaled(_)
                | Op::MaxPool(_)
                | Op::ReduceSum(_)
        ) && fast(model, index)
            && (alike(model, index) || !matches!(node.op, Op::AddScaled(_)));
        node.operands.iter().for_each(|&v| turned[v as usize] &= reads);
    }
    header.outputs.iter().for_each(|output| turned[output.value as usize] = false);
    turned.iter_mut().zip(model.values()).for_each(|(turned, v)| *turned &= v.ty.dtype == DType::I8);
    turned
}

/// For each value, how often it is read (as an operand or an output) and the node that reads it last.
struct Readers(Vec<(usize, usize)>);

impl Readers {
    fn new(model: &Model) -> Self {
        let mut readers = vec![(0, 0); model.values().len()];
        for (index, node) in model.header().nodes.iter().enumerate() {
            node.operands.iter().for_each(|&v| readers[v as usize] = (readers[v as usize].0 + 1, index));
        }
        model.header().outputs.iter().for_each(|output| readers[output.value as usize].0 += 2);
        Self(readers)
    }

    /// The one node that reads a value, where there is just one reader and it is a node.
    fn only<'m>(&self, model: &'m Model, value: usize) -> Option<(usize, &'m Op)> {
        let (times, node) = self.0[value];
        (times == 1).then(|| (node, &model.header().nodes[node].op))
    }
}
