//! From a block's changes to the next head: plan and root first, then one batch.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;

use crate::{
    Head, StateChanges, StateError, Store,
    changes::{AccountChange, Fate},
    column::Column,
    read::slot_key,
    root::{state_root, storage_root},
};

/// One write of a batch; `None` deletes.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) column: Column,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Option<Vec<u8>>,
}

impl Op {
    pub(crate) fn put(column: Column, key: &[u8], value: &[u8]) -> Self {
        Self { column, key: key.to_vec(), value: Some(value.to_vec()) }
    }

    fn delete(column: Column, key: &[u8]) -> Self {
        Self { column, key: key.to_vec(), value: None }
    }
}

/// Changes worked out against the head they were prepared on, ready to be committed or dropped.
#[derive(Clone, Debug)]
pub struct PendingState {
    base: Head,
    root: B256,
    ops: Vec<Op>,
}

impl PendingState {
    /// The state root after the changes, for the header to carry or to be checked against.
    pub const fn root(&self) -> B256 {
        self.root
    }
}

/// A whole block, to become the head.
#[derive(Clone, Debug)]
pub struct BlockCommit<'a> {
    /// The head's number plus one.
    pub number: u64,
    /// The block's hash.
    pub hash: B256,
    /// The block in RLP.
    pub block_rlp: &'a [u8],
    /// The list of its receipts in RLP.
    pub receipts_rlp: &'a [u8],
    /// Its inference transcript, opaque here.
    pub transcript: &'a [u8],
    /// Its changes of state. The caller has compared [`PendingState::root`] with the header.
    pub state: PendingState,
}

impl Store {
    /// Works out what `changes` write and the state root that they lead to. Writes nothing.
    ///
    /// Accounts that come out empty are removed, as EIP-161 has it, unless the changes
    /// [keep](StateChanges::keep_empty) them; storage of removed accounts goes
    /// with them. The root depends on the resulting state alone.
    ///
    /// # Errors
    /// [`Orphan`](StateError::Orphan), [`Lost`](StateError::Lost) for code that is nowhere,
    /// [`Corrupt`](StateError::Corrupt), or what the disk says.
    pub fn prepare(&self, changes: &StateChanges) -> Result<PendingState, StateError> {
        let base = self.lock();
        let (ops, root) = self.plan(changes, changes.keep_empty)?;
        Ok(PendingState { base: *base, root, ops })
    }

    /// The state root that `changes` lead to from the head.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare).
    pub fn root_after(&self, changes: &StateChanges) -> Result<B256, StateError> {
        self.prepare(changes).map(|pending| pending.root)
    }

    /// Makes the block the head: state, block, receipts and transcript in one atomic batch, which is on
    /// the device when this returns. On error none of it is.
    ///
    /// # Errors
    /// [`NotNext`](StateError::NotNext), [`Stale`](StateError::Stale), [`Full`](StateError::Full), or
    /// what the disk says.
    pub fn commit(&self, block: BlockCommit<'_>) -> Result<Head, StateError> {
        let mut head = self.lock();
        if head.number.checked_add(1) != Some(block.number) {
            return Err(StateError::NotNext { number: block.number, head: head.number });
        }
        let PendingState { base, root, mut ops } = block.state;
        if base != *head {
            return Err(StateError::Stale { prepared: base.number, head: head.number });
        }
        let number = block.number.to_be_bytes();
        ops.extend([
            Op::put(Column::Blocks, &number, block.block_rlp),
            Op::put(Column::BlockHashes, &number, block.hash.as_slice()),
            Op::put(Column::BlockNumbers, block.hash.as_slice(), &number),
            Op::put(Column::Receipts, &number, block.receipts_rlp),
            Op::put(Column::Transcripts, &number, block.transcript),
        ]);
        let next = Head { number: block.number, hash: block.hash, state_root: root };
        self.write(ops, &next)?;
        *head = next;
        Ok(next)
    }

    /// The writes and the root of `changes`. The caller holds the lock, or is alone.
    pub(crate) fn plan(
        &self,
        changes: &StateChanges,
        keep_empty: bool,
    ) -> Result<(Vec<Op>, B256), StateError> {
        let mut ops = Vec::new();
        for (hash, code) in &changes.code {
            if keccak256(code) != *hash {
                return Err(Column::Code.corrupt(hash.as_slice(), "code does not hash to its key"));
            }
            ops.push(Op::put(Column::Code, hash.as_slice(), code));
        }
        let mut leaves = BTreeMap::new();
        for (address, change) in &changes.accounts {
            let leaf = self.plan_account(*address, change, changes, keep_empty, &mut ops)?;
            let value = leaf.clone();
            ops.push(Op { column: Column::Accounts, key: address.to_vec(), value });
            leaves.insert(*address, leaf);
        }
        for record in self.accounts()? {
            let (address, leaf) = record?;
            leaves.entry(address).or_insert(Some(leaf));
        }
        let root = state_root(leaves.into_iter().filter_map(|(address, leaf)| Some((address, leaf?))));
        Ok((ops, root))
    }

    /// Plans one account's storage and gives its new leaf, `None` where it does not exist afterwards.
    fn plan_account(
        &self,
        address: Address,
        change: &AccountChange,
        changes: &StateChanges,
        keep_empty: bool,
        ops: &mut Vec<Op>,
    ) -> Result<Option<Vec<u8>>, StateError> {
        let old = self.account_leaf(address)?;
        let old_root = old.as_ref().map_or(EMPTY_ROOT_HASH, |(_, root)| *root);
        let account = match change.fate {
            Fate::Keep => old.map(|(account, _)| account),
            Fate::Set(account) => Some(account).filter(|account| keep_empty || !account.is_empty()),
            Fate::Delete => None,
        };
        if account.is_none() && change.slots.values().any(|value| !value.is_zero()) {
            return Err(StateError::Orphan(address));
        }
        let wipe = change.wipe || account.is_none();
        // Slots are read only where they change, so an account's balance costs nothing of its storage.
        let untouched = change.slots.is_empty() && !wipe;
        let slots =
            if untouched || old_root == EMPTY_ROOT_HASH { BTreeMap::new() } else { self.slots(address)? };
        let mut after = if wipe { BTreeMap::new() } else { slots.clone() };
        after.extend(change.slots.iter().map(|(slot, value)| (*slot, *value)));
        after.retain(|_, value| !value.is_zero());

        plan_slots(address, &slots, &after, ops);
        let Some(account) = account else { return Ok(None) };
        let new_code = old.is_none_or(|(old, _)| old.code_hash != account.code_hash);
        if new_code
            && account.code_hash != KECCAK256_EMPTY
            && !changes.code.contains_key(&account.code_hash)
            && self.code(account.code_hash)?.is_none()
        {
            return Err(Column::Code.lost(account.code_hash.as_slice()));
        }
        let root = if untouched { old_root } else { storage_root(after) };
        Ok(Some(alloy_rlp::encode(account.leaf(root))))
    }
}

/// The writes that lead from the slots `before` to the slots `after`.
fn plan_slots(
    address: Address,
    before: &BTreeMap<U256, U256>,
    after: &BTreeMap<U256, U256>,
    ops: &mut Vec<Op>,
) {
    for slot in before.keys().filter(|slot| !after.contains_key(*slot)) {
        ops.push(Op::delete(Column::Storage, &slot_key(address, *slot)));
    }
    for (slot, value) in after.iter().filter(|(slot, value)| before.get(*slot) != Some(*value)) {
        ops.push(Op::put(Column::Storage, &slot_key(address, *slot), &alloy_rlp::encode(value)));
    }
}
