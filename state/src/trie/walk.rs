//! The root after changes, from the changed prefixes only.
//!
//! The walk goes down where a change is and nowhere else: a child without changes enters the builder as
//! its stored hash. A child whose hash is not stored (a leaf, or an extension) enters as the leaves below
//! it. That is enough for every way in which a trie can change its form: a branch that is left with one
//! child becomes an extension or a leaf in the builder, which knows the child for a branch by its hash and
//! has the leaf's own key and value otherwise.

use alloy_trie::{HashBuilder, Nibbles, proof::ProofRetainer};

use super::{Trie, Walked, cursor::Leaves, node_ops};
use crate::{StateError, commit::Op};

/// What is to become of a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Set(Vec<u8>),
    Delete,
    /// Left as it is, if it is there, with the nodes that lead to it or to where it would be.
    Show,
}

/// A hashed key and what is wanted of it.
pub(crate) type Change = (Nibbles, Want);

/// Where stored branches are to be looked for.
#[derive(Clone, Copy)]
enum Stored {
    /// There is none at the path or below.
    Nowhere,
    /// One is at the path itself.
    Here,
    /// The uppermost one, if any, is at the path or below.
    Below,
}

struct Walk<'a> {
    trie: Trie<'a>,
    leaves: Leaves<'a>,
    builder: HashBuilder,
    /// Stored branches that the builder makes anew, or not at all.
    passed: Vec<Nibbles>,
}

impl<'a> Trie<'a> {
    /// The root after `changes`, each key once, and what they do to the stored branches.
    pub(crate) fn walk(self, mut changes: Vec<Change>) -> Result<Walked, StateError> {
        changes.sort_unstable_by_key(|(key, _)| *key);
        let shown: Vec<_> =
            changes.iter().filter(|(_, want)| *want == Want::Show).map(|(key, _)| *key).collect();
        let mut builder = HashBuilder::default().with_updates(true);
        if !shown.is_empty() {
            builder = builder.with_proof_retainer(ProofRetainer::new(shown));
        }
        let mut walk = Walk { trie: self, leaves: Leaves::new(self)?, builder, passed: vec![] };
        walk.subtree(&Nibbles::default(), Stored::Below, &changes)?;
        let Walk { mut builder, passed, .. } = walk;
        let root = builder.root();
        let proof = builder.take_proof_nodes();
        let kept = builder.updated_branch_nodes.as_ref();
        let gone = passed.iter().filter(|path| kept.is_none_or(|kept| !kept.contains_key(*path)));
        let mut ops: Vec<_> = gone.map(|path| Op::delete(self.nodes, &self.node_key(path))).collect();
        ops.extend(node_ops(self, builder));
        Ok(Walked { root, ops, proof })
    }

    /// The root of a trie that has nothing but what `changes` set, and its stored branches.
    pub(crate) fn build(self, mut changes: Vec<Change>) -> Walked {
        changes.sort_unstable_by_key(|(key, _)| *key);
        let mut builder = HashBuilder::default().with_updates(true);
        set_leaves(&mut builder, &changes);
        let root = builder.root();
        Walked { root, ops: node_ops(self, builder), proof: Default::default() }
    }
}

/// Adds the leaves of `changes` where the trie has none.
fn set_leaves(builder: &mut HashBuilder, changes: &[Change]) {
    for (key, want) in changes {
        if let Want::Set(leaf) = want {
            builder.add_leaf(*key, leaf);
        }
    }
}

impl Walk<'_> {
    /// Adds all that is below `path` after `changes`, which are all below `path`.
    fn subtree(&mut self, path: &Nibbles, stored: Stored, changes: &[Change]) -> Result<(), StateError> {
        let found = match stored {
            Stored::Nowhere => None,
            Stored::Here => Some((*path, self.trie.node(path)?)),
            Stored::Below => self.trie.first_node(path)?,
        };
        let Some((at, node)) = found else { return self.merge(path, changes) };
        self.passed.push(at);
        // Nothing of the trie is below `path` but not below `at`, so these are new.
        let (before, rest) = changes.split_at(changes.partition_point(|(key, _)| *key < at));
        let (mut inside, after) = rest.split_at(rest.partition_point(|(key, _)| key.starts_with(&at)));
        set_leaves(&mut self.builder, before);
        for nibble in 0..16 {
            let mut child = at;
            child.push(nibble);
            let own;
            (own, inside) = inside.split_at(inside.partition_point(|(key, _)| key.starts_with(&child)));
            let is_stored = node.tree_mask.is_bit_set(nibble);
            let is_hashed = node.hash_mask.is_bit_set(nibble);
            if own.is_empty() && is_hashed {
                self.builder.add_branch(child, node.hash_for_nibble(nibble), is_stored);
            } else if node.state_mask.is_bit_set(nibble) {
                let stored = match (is_stored, is_hashed) {
                    (true, true) => Stored::Here,
                    (true, false) => Stored::Below,
                    (false, _) => Stored::Nowhere,
                };
                self.subtree(&child, stored, own)?;
            } else {
                set_leaves(&mut self.builder, own);
            }
        }
        set_leaves(&mut self.builder, after);
        Ok(())
    }

    /// Adds the leaves below `path` one by one.
    fn merge(&mut self, path: &Nibbles, changes: &[Change]) -> Result<(), StateError> {
        self.leaves.seek(path);
        let mut changes = changes.iter().peekable();
        while let Some((key, leaf)) = self.leaves.at(path)? {
            while let Some((new, want)) = changes.next_if(|(new, _)| *new < key) {
                if let Want::Set(leaf) = want {
                    self.builder.add_leaf(*new, leaf);
                }
            }
            match changes.next_if(|(new, _)| *new == key) {
                Some((_, Want::Set(leaf))) => self.builder.add_leaf(key, leaf),
                Some((_, Want::Delete)) => {}
                Some((_, Want::Show)) | None => self.builder.add_leaf(key, leaf),
            }
            self.leaves.next();
        }
        for (new, want) in changes {
            if let Want::Set(leaf) = want {
                self.builder.add_leaf(*new, leaf);
            }
        }
        Ok(())
    }
}
