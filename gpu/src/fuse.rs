//! Which nodes are computed by one launch: a linear node with the rescale, the residual and the table behind it,
//! where nobody else reads what lies between.

use crate::tail::Tail;
use isocortex_model::{DType, Model, Op};

/// Nodes that are computed together.
pub(crate) struct Group {
    /// The first of them.
    pub first: usize,
    /// The one whose value is the result; the group is computed at its place.
    pub last: usize,
    /// Values that it reads: the first node's operands, then the residual if there is one.
    pub operands: Vec<u32>,
    /// What the nodes after the first do.
    pub tail: Tail,
}

/// Every node by itself.
pub(crate) fn single(model: &Model) -> Vec<Group> {
    let nodes = model.header().nodes.iter().enumerate();
    let group = |(i, node): (usize, &isocortex_model::Node)| Group {
        first: i,
        last: i,
        operands: node.operands.clone(),
        tail: Tail::default(),
    };
    nodes.map(group).collect()
}

/// All nodes in groups, in an order in which they can be computed.
pub(crate) fn groups(model: &Model) -> Vec<Group> {
    let readers = readers(model);
    let inputs = model.header().inputs.len();
    let mut taken = vec![false; readers.len()];
    let mut groups = vec![];
    for mut group in single(model) {
        if taken.get(group.first) == Some(&true) {
            continue;
        }
        while heads(model, group.first)
            && let Some(&[Some(next)]) = readers.get(inputs + group.last).map(Vec::as_slice)
            && taken.get(next) == Some(&false)
            && let Some(residual) = group.tail.push(model, inputs + group.last, next)
        {
            group.operands.extend(residual);
            group.last = next;
            if let Some(taken) = taken.get_mut(next) {
                *taken = true;
            }
        }
        groups.push(group);
    }
    groups.sort_by_key(|group| group.last);
    groups
}

/// For each value the nodes that read it, and `None` where it is an output.
fn readers(model: &Model) -> Vec<Vec<Option<usize>>> {
    let mut readers = vec![vec![]; model.values().len()];
    let header = model.header();
    let nodes = header.nodes.iter().enumerate();
    let reads = nodes.flat_map(|(i, node)| node.operands.iter().map(move |&v| (v, Some(i))));
    for (value, reader) in reads.chain(header.outputs.iter().map(|o| (o.value, None))) {
        if let Some(readers) = readers.get_mut(value as usize) {
            readers.push(reader);
        }
    }
    readers
}

/// Whether the node's kernel takes a tail.
fn heads(model: &Model, node: usize) -> bool {
    let Some(node) = model.header().nodes.get(node) else { return false };
    let linear = match &node.op {
        Op::Conv2d(op) => op.groups == 1,
        op => matches!(op, Op::DepthwiseConv2d(_) | Op::MatMul(_) | Op::BatchMatMul(_)),
    };
    let value = |&v: &u32| model.values().get(v as usize);
    linear && node.operands.iter().all(|v| value(v).is_some_and(|x| x.ty.dtype == DType::I8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::{Artifact, Node, Output, Port, Quant, Tensor, TensorType, ops};

    /// `(first, last, operands)` of each group of a model with i8 inputs `[4]` and the given nodes.
    fn of(inputs: usize, nodes: Vec<(Op, Vec<u32>)>, outputs: &[u32]) -> Vec<(usize, usize, Vec<u32>)> {
        let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
        let constants = vec![
            Tensor::i8(&[4, 4], vec![1; 16]),
            Tensor::i32(&[4], vec![0; 4]),
            Tensor::i32(&[1], vec![1 << 30]),
            Tensor::i8(&[1], vec![32]),
        ];
        let port = |i| Port { name: format!("x{i}"), ty: TensorType::new(DType::I8, &[4]), quant };
        let nodes = nodes.into_iter().map(|(op, operands)| Node { operands, op }).collect();
        let outputs = outputs.iter().map(|&value| Output { name: format!("y{value}"), value, quant });
        let ports = (0..inputs).map(port).collect();
        let artifact = Artifact::build(ports, constants, nodes, outputs.collect(), Default::default());
        let groups = groups(&Model::check(&artifact).unwrap());
        groups.into_iter().map(|g| (g.first, g.last, g.operands)).collect()
    }

    fn product() -> Op {
        Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: 0 })
    }

    fn rescale() -> Op {
        let dtype = DType::I8;
        Op::Rescale(ops::Rescale { multiplier: 2, shift: 3, zero_point: 0, lo: -128, hi: 127, dtype })
    }

    fn add() -> Op {
        let (multipliers, zero_points) = ([1, 1], [0, 0]);
        let op = ops::AddScaled {
            multipliers,
            zero_points,
            shift: 2,
            zero_point: 0,
            lo: -128,
            hi: 127,
            dtype: DType::I8,
        };
        Op::AddScaled(op)
    }

    fn clamp() -> Op {
        Op::Clamp(ops::Clamp { lo: -5, hi: 5 })
    }

    #[test]
    fn a_residual_block_is_two_groups() {
        // Value 0 is the input; node i makes value i + 1.
        let nodes = vec![
            (product(), vec![0]),
            (rescale(), vec![1]),
            (product(), vec![0]),
            (rescale(), vec![3]),
            (add(), vec![2, 4]),
            (clamp(), vec![5]),
        ];
        // The first branch takes the sum, at whose place the second one is known.
        assert_eq!(of(1, nodes, &[6]), [(2, 3, vec![0]), (0, 5, vec![0, 4])]);
    }

    #[test]
    fn what_is_read_twice_is_stored() {
        let nodes = |extra| vec![(product(), vec![0]), (rescale(), vec![1]), (add(), vec![2, extra])];
        assert_eq!(
            of(2, vec![(product(), vec![0]), (rescale(), vec![2]), (add(), vec![3, 1])], &[4]),
            [(0, 2, vec![0, 1])]
        );
        assert_eq!(of(1, nodes(2), &[3]), [(0, 1, vec![0]), (2, 2, vec![2, 2])]);
        assert_eq!(of(1, nodes(0), &[2, 3]), [(0, 1, vec![0]), (2, 2, vec![2, 0])]);
        assert_eq!(of(1, nodes(0), &[3]), [(0, 2, vec![0, 0])]);
    }
}
