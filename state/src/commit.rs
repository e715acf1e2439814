//! From a block's changes to the next head: plan and root first, then one batch.

use alloy_primitives::B256;

use crate::{Head, StateChanges, StateError, Store, column::Column, head::State, plan::Plan};

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

    pub(crate) fn delete(column: Column, key: &[u8]) -> Self {
        Self { column, key: key.to_vec(), value: None }
    }
}

/// Changes worked out against the head they were prepared on, ready to be committed or dropped.
#[derive(Clone, Debug)]
pub struct PendingState {
    base: Head,
    plan: Plan,
}

impl PendingState {
    /// The state root after the changes, for the header to carry or to be checked against.
    pub const fn root(&self) -> B256 {
        self.plan.root
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
    /// [keep](StateChanges::keep_empty) them; storage of removed accounts goes with them. The root depends
    /// on the resulting state alone.
    ///
    /// # Errors
    /// [`Orphan`](StateError::Orphan), [`Lost`](StateError::Lost) for code that is nowhere,
    /// [`Corrupt`](StateError::Corrupt), or what the disk says.
    pub fn prepare(&self, changes: &StateChanges) -> Result<PendingState, StateError> {
        let base = self.lock();
        let plan = self.plan(changes, changes.keep_empty)?;
        Ok(PendingState { base: base.head, plan })
    }

    /// The state root that `changes` lead to from the head.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare).
    pub fn root_after(&self, changes: &StateChanges) -> Result<B256, StateError> {
        self.prepare(changes).map(|pending| pending.root())
    }

    /// Makes the block the head: state, change set, block, receipts and transcript in one atomic batch,
    /// which is on the device when this returns. What history is no longer kept goes in the same batch. On
    /// error none of it is done.
    ///
    /// # Errors
    /// [`NotNext`](StateError::NotNext), [`Stale`](StateError::Stale), [`Full`](StateError::Full), or
    /// what the disk says.
    pub fn commit(&self, block: BlockCommit<'_>) -> Result<Head, StateError> {
        let mut state = self.lock();
        let State { head, history, first } = *state;
        if head.number.checked_add(1) != Some(block.number) {
            return Err(StateError::NotNext { number: block.number, head: head.number });
        }
        let PendingState { base, plan: Plan { root, mut ops, before } } = block.state;
        if base != head {
            return Err(StateError::Stale { prepared: base.number, head: head.number });
        }
        let head = Head { number: block.number, hash: block.hash, state_root: root };
        let number = block.number.to_be_bytes();
        ops.extend(head.ops());
        ops.extend([
            Op::put(Column::Blocks, &number, block.block_rlp),
            Op::put(Column::Receipts, &number, block.receipts_rlp),
            Op::put(Column::Transcripts, &number, block.transcript),
        ]);
        let next = State { head, history, first: first.max(history.first(head.number)) };
        if next.first < block.number {
            ops.extend(Self::history_ops(block.number, &before));
        }
        for old in first.saturating_add(1)..=next.first.min(block.number.saturating_sub(1)) {
            self.forget(old, &mut ops)?;
        }
        self.write(ops, &next)?;
        *state = next;
        Ok(head)
    }
}
