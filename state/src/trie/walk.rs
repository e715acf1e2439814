//! The root after changes, from the changed prefixes only.
//!
//! The walk goes down where a change is. Coming back, a branch takes its changed children's new references
//! and keeps the others; one that is left with a single child gives way to it; leaves that come to the same
//! place get a branch. Only then are other leaves read: the one that stays, and the one that was there first.

use std::{
    num::NonZero,
    panic::resume_unwind,
    thread::{self, available_parallelism},
};

use alloy_primitives::{B256, keccak256};
use alloy_trie::{
    EMPTY_ROOT_HASH, Nibbles,
    nodes::{LeafNodeRef, RlpNode},
};
use smallvec::SmallVec;

use super::{
    Record, Trie, Walked,
    record::{Child, Children},
};
use crate::{StateError, commit::Op};

/// Changes under one branch from which on its children are worked on in parallel.
const PARALLEL: usize = 256;

/// What becomes of a leaf.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) key: Nibbles,
    /// `None` deletes.
    pub(crate) leaf: Option<Vec<u8>>,
    /// Whether it is there now.
    pub(crate) existed: bool,
}

/// What is at or below a path.
pub(super) enum Subtree {
    Empty,
    Leaf(Nibbles, Vec<u8>),
    /// A branch at this path.
    Branch(Nibbles, Children),
}

impl Subtree {
    const fn path(&self) -> Option<&Nibbles> {
        match self {
            Self::Empty => None,
            Self::Leaf(path, _) | Self::Branch(path, _) => Some(path),
        }
    }
}

/// A walk over one trie or a part of it, with what becomes of the records.
pub(super) struct Walk<'a> {
    pub(super) trie: Trie<'a>,
    pub(super) ops: Vec<Op>,
}

impl Trie<'_> {
    /// The root after `changes`, each key once, and what they do to the records.
    pub(crate) fn walk(self, mut changes: Vec<Change>) -> Result<Walked, StateError> {
        changes.sort_unstable_by_key(|change| change.key);
        let mut walk = Walk { trie: self, ops: vec![] };
        let root = Nibbles::default();
        let found = self.find(&root)?;
        let existed = found.is_some();
        let after = match found {
            Some(record) => walk.update(&root, record, &changes)?,
            // One leaf at most.
            None => walk.beside_leaf(self.leaf_below(&root)?, &changes),
        };
        let root = root_of(&walk.place(&root, existed, after));
        Ok(Walked { root, ops: walk.ops })
    }

    /// The root of a trie that has nothing but what `changes` set, and its records.
    pub(crate) fn build(self, mut changes: Vec<Change>) -> Walked {
        changes.sort_unstable_by_key(|change| change.key);
        let mut walk = Walk { trie: self, ops: vec![] };
        let after = walk.assemble(set(&changes).collect());
        let root = root_of(&walk.place(&Nibbles::default(), false, after));
        Walked { root, ops: walk.ops }
    }
}

/// The root of a trie whose topmost node is referred to like this.
pub(super) fn root_of(top: &Child) -> B256 {
    match top {
        Child::None => EMPTY_ROOT_HASH,
        Child::Leaf(node) | Child::Subtree(node) => node.as_hash().unwrap_or_else(|| keccak256(node)),
    }
}

/// The leaves that changes set.
fn set(changes: &[Change]) -> impl Iterator<Item = Subtree> {
    changes.iter().filter_map(|Change { key, leaf, .. }| Some(Subtree::Leaf(*key, leaf.clone()?)))
}

impl Walk<'_> {
    /// What is below `path`, where `record` is now, after `changes`, which are all below `path`.
    fn update(&mut self, path: &Nibbles, record: Record, changes: &[Change]) -> Result<Subtree, StateError> {
        let at = path.join(&record.extension);
        let (before, rest) = changes.split_at(changes.partition_point(|change| change.key < at));
        let (inside, after) = rest.split_at(rest.partition_point(|change| change.key.starts_with(&at)));
        let inner = self.branch(at, record.children, inside)?;
        if before.is_empty() && after.is_empty() {
            return Ok(inner);
        }
        // Nothing of the trie is below `path` but not below `at`, so the others are new.
        let items: Vec<_> = set(before).chain([inner]).chain(set(after)).collect();
        Ok(self.assemble(items))
    }

    /// What becomes of a branch.
    fn branch(
        &mut self,
        at: Nibbles,
        mut children: Children,
        changes: &[Change],
    ) -> Result<Subtree, StateError> {
        let groups = changes.chunk_by(|a, b| a.key.get(at.len()) == b.key.get(at.len()));
        let results: SmallVec<[_; 2]> = if changes.len() < PARALLEL {
            groups.map(|group| self.child(&at, &children, group)).collect::<Result<_, _>>()?
        } else {
            let groups: Vec<_> = groups.collect();
            let work = |group: &&[Change]| {
                let mut walk = Walk { trie: self.trie, ops: vec![] };
                Ok((walk.child(&at, &children, group)?, walk.ops))
            };
            let results = in_threads(&groups, work).collect::<Result<Vec<_>, StateError>>()?;
            let mut all = SmallVec::new();
            for (result, mut ops) in results {
                self.ops.append(&mut ops);
                all.push(result);
            }
            all
        };
        let mut changed = SmallVec::<[_; 2]>::new();
        for (nibble, after) in results {
            let Some(child) = children.get_mut(usize::from(nibble)) else { continue };
            let existed = matches!(std::mem::take(child), Child::Subtree(_));
            let mut path = at;
            path.push(nibble);
            changed.push((nibble, path, existed, after));
        }
        let same = children.iter().filter(|child| !matches!(child, Child::None)).count();
        let new = changed.iter().filter(|(.., after)| !matches!(after, Subtree::Empty)).count();
        if same + new > 1 {
            for (nibble, path, existed, after) in changed {
                if let Some(child) = children.get_mut(usize::from(nibble)) {
                    *child = self.place(&path, existed, after);
                }
            }
            return Ok(Subtree::Branch(at, children));
        }
        // One child at most is left, and takes the branch's place.
        let mut left = Subtree::Empty;
        for (_, path, existed, after) in changed {
            self.place(&path, existed, Subtree::Empty);
            if !matches!(after, Subtree::Empty) {
                left = after;
            }
        }
        for (nibble, child) in (0..).zip(children.iter()) {
            let mut path = at;
            path.push(nibble);
            match child {
                Child::None => {}
                Child::Leaf(_) => {
                    let (key, leaf) = self.trie.leaf(&path)?;
                    left = Subtree::Leaf(key, leaf);
                }
                Child::Subtree(_) => {
                    let Record { extension, children } = self.trie.record(&path)?;
                    self.place(&path, true, Subtree::Empty);
                    left = Subtree::Branch(path.join(&extension), children);
                }
            }
        }
        Ok(left)
    }

    /// What becomes of the child of the branch at `at` below which all of `changes` are.
    fn child(
        &mut self,
        at: &Nibbles,
        children: &Children,
        changes: &[Change],
    ) -> Result<(u8, Subtree), StateError> {
        let nibble = changes.first().and_then(|change| change.key.get(at.len())).unwrap_or_default();
        let mut path = *at;
        path.push(nibble);
        let after = match children.get(usize::from(nibble)) {
            Some(Child::Subtree(_)) => {
                let record = self.trie.record(&path)?;
                self.update(&path, record, changes)?
            }
            // The leaf that is there is the only one, so that it is the one that is changed.
            Some(Child::Leaf(_)) if !changes.iter().any(|change| change.existed) => {
                let leaf = self.trie.leaf(&path)?;
                self.beside_leaf(Some(leaf), changes)
            }
            // Mostly there is one change, which needs no list.
            Some(Child::Leaf(_) | Child::None) | None if changes.len() == 1 => {
                set(changes).next().unwrap_or(Subtree::Empty)
            }
            Some(Child::Leaf(_) | Child::None) | None => self.assemble(set(changes).collect()),
        };
        Ok((nibble, after))
    }

    /// What `changes` make where one leaf is at most.
    fn beside_leaf(&mut self, leaf: Option<(Nibbles, Vec<u8>)>, changes: &[Change]) -> Subtree {
        let mut items: Vec<_> = set(changes).collect();
        if let Some((key, leaf)) = leaf
            && !changes.iter().any(|change| change.key == key)
        {
            items.push(Subtree::Leaf(key, leaf));
            items.sort_unstable_by_key(|item| item.path().copied());
        }
        self.assemble(items)
    }

    /// One subtree of several, in the order of their paths, none of which is below another's.
    pub(super) fn assemble(&mut self, mut items: Vec<Subtree>) -> Subtree {
        items.retain(|item| !matches!(item, Subtree::Empty));
        let common = match (items.first().and_then(Subtree::path), items.last().and_then(Subtree::path)) {
            (Some(first), Some(last)) if items.len() > 1 => first.slice(..first.common_prefix_length(last)),
            _ => return items.pop().unwrap_or(Subtree::Empty),
        };
        let mut children = Children::default();
        let mut items = items.into_iter().peekable();
        for (nibble, child) in (0..).zip(children.iter_mut()) {
            let mut path = common;
            path.push(nibble);
            let mut own = vec![];
            while let Some(item) = items.next_if(|item| item.path().is_some_and(|key| key.starts_with(&path)))
            {
                own.push(item);
            }
            if !own.is_empty() {
                let after = self.assemble(own);
                *child = self.place(&path, false, after);
            }
        }
        Subtree::Branch(common, children)
    }

    /// Puts a subtree where its parent refers to it: writes its record, or removes the one that was there.
    pub(super) fn place(&mut self, path: &Nibbles, existed: bool, after: Subtree) -> Child {
        if let Subtree::Branch(at, children) = after {
            let record = Record { extension: at.slice(path.len()..), children };
            let reference = record.reference();
            self.ops.push(Op {
                column: self.trie.nodes,
                key: self.trie.record_key(path),
                value: Some(record.encode()),
            });
            return Child::Subtree(reference);
        }
        if existed {
            self.ops.push(Op::delete(self.trie.nodes, &self.trie.record_key(path)));
        }
        match after {
            Subtree::Leaf(key, leaf) => Child::Leaf(leaf_node(&key.slice(path.len()..), &leaf)),
            Subtree::Empty | Subtree::Branch(..) => Child::None,
        }
    }
}

/// `work` on each item, in their order, on as many threads as there are processors.
///
/// They are threads of its own: a worker of a shared pool that waits takes up other work, which may want the
/// store's lock that this caller holds.
fn in_threads<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> impl Iterator<Item = T> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let work = &work;
    let results: Vec<Vec<T>> = thread::scope(|scope| {
        let part = |items: &[I]| items.iter().map(work).collect();
        let parts = items.chunks(items.len().div_ceil(threads).max(1));
        let running: Vec<_> = parts.map(|items| scope.spawn(move || part(items))).collect();
        let joined = running.into_iter().map(|part| part.join());
        joined.map(|part| part.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    results.into_iter().flatten()
}

fn leaf_node(key: &Nibbles, leaf: &[u8]) -> RlpNode {
    LeafNodeRef::new(key, leaf).rlp(&mut Vec::with_capacity(128))
}
