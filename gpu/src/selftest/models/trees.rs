//! Trees.

use super::{super::draw::Draw, any, artifact};
use isocortex_model::{Artifact, Op, Tensor, TensorType, ops};

/// Trees of any form: each node is put in the place of an open end, of which each node opens two.
pub(super) fn tree_ensemble(draw: &mut Draw) -> Artifact {
    let (trees, c) = (draw.pick(&[1, 2, 5, 33, 256, 300], 1), draw.pick(&[1, 2, 3, 10, 33, 300], 1));
    let nodes = draw.pick(&[1, 7, 100, 400], 1);
    let dtype = any(draw).dtype;
    let shape =
        if draw.one_in(3) { vec![draw.size(1, 20)] } else { vec![draw.size(1, 40), draw.size(1, 20)] };
    let x = TensorType::new(dtype, &shape);

    // Where an open end is: a root, or a child. Chains are deep, so the newest is often taken.
    let (mut roots, mut children) = (vec![0; trees as usize], vec![0; 2 * nodes as usize]);
    let mut open: Vec<(bool, usize)> = (0..roots.len()).map(|root| (true, root)).collect();
    let mut set = |place: (bool, usize), to: i32| {
        let (root, at) = place;
        if let Some(slot) = if root { roots.get_mut(at) } else { children.get_mut(at) } {
            *slot = to;
        }
    };
    for node in 0..nodes as usize {
        let at = if draw.one_in(2) { open.len() - 1 } else { draw.next() as usize % open.len() };
        set(open.swap_remove(at), node as i32);
        open.extend([(false, 2 * node), (false, 2 * node + 1)]);
    }
    let count = open.len() as u32;
    (0..).zip(open).for_each(|(leaf, place)| set(place, -1 - leaf));

    let features = x.channels() as i32;
    let feature = (0..nodes).map(|_| draw.extreme(0, features - 1)).collect();
    let ends = dtype.range();
    let constants = vec![
        Tensor::i32(&[nodes], feature),
        Tensor::i32(&[nodes], draw.i32s(nodes, ends.lo, ends.hi)),
        Tensor::i32(&[nodes, 2], children),
        Tensor::i32(&[trees], roots),
        // Sums of 300 trees and a bias fit.
        Tensor::i32(&[count, c], draw.i32s(count * c, -(1 << 22), 1 << 22)),
        Tensor::i32(&[c], draw.i32s(c, -(1 << 29), 1 << 29)),
    ];
    let op = ops::TreeEnsemble { feature: 0, threshold: 1, children: 2, roots: 3, leaves: 4, bias: 5 };
    artifact(vec![x], constants, vec![Op::TreeEnsemble(op)])
}
