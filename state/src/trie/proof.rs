//! The nodes that show a leaf, or that it is not there.

use alloy_primitives::{B256, Bytes};
use alloy_trie::{Nibbles, nodes::LeafNodeRef};

use super::{Trie, record::Child};
use crate::StateError;

impl Trie<'_> {
    /// The nodes from the root to the leaf with this hashed key, or to where it would be, in RLP. A node that
    /// its parent holds whole, for it is shorter than a hash, is not among them.
    pub(crate) fn show(&self, key: B256) -> Result<Vec<Bytes>, StateError> {
        let key = Nibbles::unpack(key);
        let mut path = Nibbles::default();
        let mut nodes: Vec<Bytes> = Vec::new();
        let push = |nodes: &mut Vec<Bytes>, node: Bytes| {
            if nodes.is_empty() || node.len() >= 32 {
                nodes.push(node);
            }
        };
        let Some(mut record) = self.find(&path)? else {
            let only = self.leaf_below(&path)?;
            return Ok(only.map(|(key, leaf)| leaf_rlp(&key, &leaf)).into_iter().collect());
        };
        loop {
            let (extension, branch) = record.nodes();
            extension.into_iter().for_each(|node| push(&mut nodes, node));
            let at = path.join(&record.extension);
            if !key.starts_with(&at) {
                return Ok(nodes);
            }
            push(&mut nodes, branch);
            let nibble = key.get(at.len()).unwrap_or_default();
            path = at;
            path.push(nibble);
            match record.children.get(usize::from(nibble)) {
                Some(Child::Subtree(_)) => record = self.record(&path)?,
                Some(Child::Leaf(_)) => {
                    let (key, leaf) = self.leaf(&path)?;
                    push(&mut nodes, leaf_rlp(&key.slice(path.len()..), &leaf));
                    return Ok(nodes);
                }
                Some(Child::None) | None => return Ok(nodes),
            }
        }
    }
}

fn leaf_rlp(key: &Nibbles, leaf: &[u8]) -> Bytes {
    let mut node = Vec::new();
    LeafNodeRef::new(key, leaf).rlp(&mut node);
    node.into()
}
