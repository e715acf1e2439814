use super::{Constants, Inferred, Rule, operands::take, union};
use crate::{DType, Fault, Interval, TensorType, Value};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Sum of decision trees, exact.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct TreeEnsemble {
    /// Constant: i32 `[N]`.
    pub feature: u32,
    /// Constant: i32 `[N]`.
    pub threshold: u32,
    /// Constant: i32 `[N, 2]`.
    pub children: u32,
    /// Constant: i32 `[T]`.
    pub roots: u32,
    /// Constant: i32 `[L, C]`.
    pub leaves: u32,
    /// Constant: i32 `[C]`.
    pub bias: u32,
}

impl Rule for TreeEnsemble {
    fn constants(&self) -> Vec<u32> {
        vec![self.feature, self.threshold, self.children, self.roots, self.leaves, self.bias]
    }

    fn infer(&self, operands: &[&Value], constants: Constants<'_>) -> Result<Inferred, Fault> {
        let [x] = take(operands)?;
        let [n] = constants.shape::<1>(self.feature)?;
        let [t] = constants.shape::<1>(self.roots)?;
        let [l, c] = constants.shape::<2>(self.leaves)?;
        let features = constants.i32(self.feature, &[n])?;
        constants.i32(self.threshold, &[n])?;
        let children = constants.i32(self.children, &[n, 2])?;
        let roots = constants.i32(self.roots, &[t])?;
        let leaves = constants.i32(self.leaves, &[l, c])?;
        let bias = constants.i32(self.bias, &[c])?;
        let width = x.ty.channels();
        for &f in features {
            Fault::range("feature", f.into(), 0, i64::from(width) - 1)?;
        }
        let forest = Forest::new(roots, children.as_chunks().0, l as usize)?;
        let interval =
            union(bias.iter().enumerate().map(|(channel, &b)| forest.sum(channel, b, leaves, c as usize)))?;
        let mut ty = TensorType::new(DType::I32, &x.ty.shape);
        if let Some(last) = ty.shape.last_mut() {
            *last = c;
        }
        let rows = x.ty.elements() / u64::from(width).max(1);
        let macs = ty.elements().saturating_mul(t.into());
        let steps = rows.saturating_mul(forest.depths.iter().map(|&d| 16 * u64::from(d)).sum());
        Ok(Inferred { steps, ..Inferred::new(ty, interval, macs) })
    }
}

/// What the references say: to which tree each leaf belongs, and how many nodes a walk passes at most.
struct Forest {
    /// The tree of each leaf.
    trees: Vec<u32>,
    /// Of each tree.
    depths: Vec<u32>,
}

impl Forest {
    /// Proves that every node and every leaf is referred to once, and each child after its parent.
    fn new(roots: &[i32], children: &[[i32; 2]], leaves: usize) -> Result<Self, Fault> {
        // Tree and depth, once something has referred to it.
        let mut nodes: Vec<Option<(u32, u32)>> = vec![None; children.len()];
        let mut trees: Vec<Option<u32>> = vec![None; leaves];
        let mut depths = vec![0; roots.len()];
        let mut refer = |nodes: &mut [Option<(u32, u32)>], to: i32, tree: u32, depth: u32| {
            let absent = || Fault::Shape(format!("reference {to} is to no node and no leaf"));
            let again = || Fault::Shape(format!("reference {to} occurs twice"));
            let before = match usize::try_from(to) {
                Ok(node) => nodes.get_mut(node).ok_or_else(absent)?.replace((tree, depth)).is_some(),
                // −1 − r is the bits of r, each turned.
                Err(_) => trees.get_mut(!to as usize).ok_or_else(absent)?.replace(tree).is_some(),
            };
            if before { Err(again()) } else { Ok(()) }
        };
        for (tree, &root) in (0..).zip(roots) {
            refer(&mut nodes, root, tree, 1)?;
        }
        for (node, pair) in children.iter().enumerate() {
            // Parents come first, so whatever refers to this node has been seen.
            let Some((tree, depth)) = nodes.get(node).copied().flatten() else {
                return Err(Fault::Shape(format!("nothing before node {node} refers to it")));
            };
            if let Some(deepest) = depths.get_mut(tree as usize) {
                *deepest = depth.max(*deepest);
            }
            for &child in pair {
                if usize::try_from(child).is_ok_and(|child| child <= node) {
                    return Err(Fault::Shape(format!("child {child} of node {node} is not after it")));
                }
                refer(&mut nodes, child, tree, depth + 1)?;
            }
        }
        match trees.into_iter().collect::<Option<Vec<u32>>>() {
            Some(trees) => Ok(Self { trees, depths }),
            None => Err(Fault::Shape("nothing refers to some leaf".into())),
        }
    }

    /// Interval of a channel's sum, and the proof that no partial sum leaves i32.
    fn sum(&self, channel: usize, bias: i32, leaves: &[i32], width: usize) -> Result<Interval, Fault> {
        let mut ends: Vec<Option<Interval>> = vec![None; self.depths.len()];
        for (&tree, &leaf) in self.trees.iter().zip(leaves.iter().skip(channel).step_by(width.max(1))) {
            if let Some(slot) = ends.get_mut(tree as usize) {
                let leaf = Interval { lo: leaf, hi: leaf };
                *slot = Some(slot.map_or(leaf, |all| all.union(leaf)));
            }
        }
        // At most 2^24 trees, of leaves of at most 2^31.
        let (mut lo, mut hi, mut reach) = (i64::from(bias), i64::from(bias), i64::from(bias).abs());
        for end in ends.into_iter().flatten() {
            lo += i64::from(end.lo);
            hi += i64::from(end.hi);
            reach += end.distance(0);
        }
        match (i32::try_from(lo), i32::try_from(hi), i32::try_from(reach)) {
            (Ok(lo), Ok(hi), Ok(_)) => Ok(Interval { lo, hi }),
            _ => Err(Fault::Overflow { channel, reach }),
        }
    }
}
