//! A trie from its leaves alone, compared with its records; and its root by alloy-trie's builder, which
//! shares no code with the walk.

use alloy_primitives::B256;
use alloy_trie::{HashBuilder, Nibbles};

use super::{
    Trie,
    walk::{Subtree, Walk, root_of},
};
use crate::StateError;

/// Nibbles of the paths whose leaves are put together at a time.
const TOGETHER: usize = 3;

/// A rebuild under way. Leaves come in order; few of them are held at a time.
pub(crate) struct Rebuild<'a> {
    walk: Walk<'a>,
    builder: HashBuilder,
    held: Vec<Subtree>,
    prefix: Option<Nibbles>,
    parts: Vec<Subtree>,
    /// Records that were as they should be.
    records: u64,
}

impl<'a> Rebuild<'a> {
    pub(crate) fn new(trie: Trie<'a>) -> Self {
        Self {
            walk: Walk { trie, ops: vec![] },
            builder: HashBuilder::default(),
            held: vec![],
            prefix: None,
            parts: vec![],
            records: 0,
        }
    }

    /// Takes the next leaf.
    pub(crate) fn leaf(&mut self, key: B256, leaf: Vec<u8>) -> Result<(), StateError> {
        let key = Nibbles::unpack(key);
        self.builder.add_leaf(key, &leaf);
        let prefix = key.slice(..TOGETHER);
        if self.prefix.replace(prefix).is_some_and(|last| last != prefix) {
            self.close()?;
        }
        self.held.push(Subtree::Leaf(key, leaf));
        Ok(())
    }

    fn close(&mut self) -> Result<(), StateError> {
        let held = std::mem::take(&mut self.held);
        let part = self.walk.assemble(held);
        self.parts.push(part);
        self.compare()
    }

    fn compare(&mut self) -> Result<(), StateError> {
        let Walk { trie, ops } = &mut self.walk;
        for op in ops.drain(..) {
            if op.value != Some(trie.store.must(trie.nodes, &op.key)?) {
                return Err(trie.nodes.corrupt(&op.key, "subtree is not that of the leaves below it"));
            }
            self.records = self.records.saturating_add(1);
        }
        Ok(())
    }

    /// The root and how many records there were, all of them as they should be.
    pub(crate) fn finish(mut self) -> Result<(B256, u64), StateError> {
        self.close()?;
        let parts = std::mem::take(&mut self.parts);
        let all = self.walk.assemble(parts);
        let root = root_of(&self.walk.place(&Nibbles::default(), false, all));
        self.compare()?;
        let recorded = self.builder.root();
        if root != recorded {
            return Err(StateError::Root { computed: root, recorded });
        }
        Ok((root, self.records))
    }
}
