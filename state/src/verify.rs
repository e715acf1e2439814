//! The audit: everything that the crate's docs promise, checked from scratch.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, keccak256};

use crate::{
    StateError, Store,
    column::{COLUMNS, Column},
    head::State,
    history::numbered,
    read::{decode_account, decode_slot, slot_key},
    rebuild::Rebuilt,
};

/// Blocks that are taken back in memory to see whether the change sets lead to their roots.
const BACK: u64 = 256;

/// What [`Store::verify`] has gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The state root over all accounts and slots, which the head records too.
    pub state_root: B256,
    /// Accounts that exist.
    pub accounts: u64,
    /// Words of storage that are not zero.
    pub slots: u64,
    /// Blocks, genesis included.
    pub blocks: u64,
    /// Change sets that are kept.
    pub change_sets: u64,
    /// Stored branches of all tries.
    pub branches: u64,
}

/// What an audit is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Every record's seal.
    Records,
    /// Flat state against hashed state.
    State,
    /// Tries and roots.
    Tries,
    /// Blocks and what belongs to them.
    Blocks,
    /// Change sets and history.
    History,
}

impl Store {
    /// Reads every record and recomputes every root. Takes as long as the whole chain is big, but little
    /// memory. Nothing can be committed meanwhile.
    ///
    /// # Errors
    /// The first thing found wrong: [`Corrupt`](StateError::Corrupt), [`Lost`](StateError::Lost),
    /// [`Orphan`](StateError::Orphan), [`Root`](StateError::Root), or what the disk says.
    pub fn verify(&self) -> Result<Audit, StateError> {
        self.verify_with(|_, _| ())
    }

    /// [`verify`](Self::verify), which says what it is at and how many records it has seen there. Must not
    /// use the store.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify).
    pub fn verify_with(&self, mut progress: impl FnMut(Stage, u64)) -> Result<Audit, StateError> {
        let state = self.lock();
        self.verify_records(&mut |n| progress(Stage::Records, n))?;
        let (accounts, slots) = self.verify_flat(&mut |n| progress(Stage::State, n))?;
        let Rebuilt { root, branches } = self.rebuild(&mut |n| progress(Stage::Tries, n))?;
        if root != state.head.state_root {
            return Err(StateError::Root { computed: root, recorded: state.head.state_root });
        }
        self.verify_blocks(&state, &mut |n| progress(Stage::Blocks, n))?;
        self.verify_history(&state, &mut |n| progress(Stage::History, n))?;
        Ok(Audit {
            state_root: root,
            accounts,
            slots,
            blocks: state.head.number.saturating_add(1),
            change_sets: state.head.number.saturating_sub(state.first),
            branches,
        })
    }

    fn verify_records(&self, progress: &mut dyn FnMut(u64)) -> Result<(), StateError> {
        let mut seen = 0;
        for column in COLUMNS {
            for record in self.records(column, &[])? {
                let (key, value) = record?;
                if column == Column::Code && keccak256(&value).as_slice() != &*key {
                    return Err(column.corrupt(&key, "code does not hash to its key"));
                }
                seen += 1;
                progress(seen);
            }
        }
        Ok(())
    }

    /// Every flat record has its equal under the hashed key, and there are no others.
    fn verify_flat(&self, progress: &mut dyn FnMut(u64)) -> Result<(u64, u64), StateError> {
        let (mut accounts, mut slots) = (0u64, 0u64);
        for record in self.records(Column::Accounts, &[])? {
            let (key, leaf) = record?;
            let address = Address::try_from(&*key)
                .map_err(|_| Column::Accounts.corrupt(&key, "key is not an address"))?;
            let (account, _) = decode_account(address, &leaf)?;
            if account.code_hash != KECCAK256_EMPTY
                && !self.has(Column::Code, account.code_hash.as_slice())?
            {
                return Err(Column::Code.lost(account.code_hash.as_slice()));
            }
            self.same(Column::HashedAccounts, keccak256(address).as_slice(), &leaf)?;
            accounts += 1;
            progress(accounts);
        }
        let mut owner = None;
        for record in self.records(Column::Storage, &[])? {
            let (key, word) = record?;
            let (address, slot) = decode_slot(&key)?;
            crate::read::decode_word(&key, &word)?;
            if owner.is_none_or(|(last, _)| last != address) {
                if !self.has(Column::Accounts, address.as_slice())? {
                    return Err(StateError::Orphan(address));
                }
                owner = Some((address, keccak256(address)));
            }
            let hashed = owner.map(|(_, hashed)| hashed).unwrap_or_default();
            let slot = keccak256(slot.to_be_bytes::<32>());
            self.same(Column::HashedStorage, &[hashed.0, slot.0].concat(), &word)?;
            slots += 1;
            progress(accounts.saturating_add(slots));
        }
        self.count(Column::HashedAccounts, accounts)?;
        self.count(Column::HashedStorage, slots)?;
        Ok((accounts, slots))
    }

    fn same(&self, column: Column, key: &[u8], flat: &[u8]) -> Result<(), StateError> {
        if self.must(column, key)? == flat {
            Ok(())
        } else {
            Err(column.corrupt(key, "differs from the flat record"))
        }
    }

    /// The column has `expected` records, all of which were looked up: one more is one too many.
    pub(crate) fn count(&self, column: Column, expected: u64) -> Result<(), StateError> {
        let beyond = usize::try_from(expected).unwrap_or(usize::MAX);
        match self.records(column, &[])?.nth(beyond) {
            None => Ok(()),
            Some(record) => Err(column.corrupt(&record?.0, "the column has records that belong to nothing")),
        }
    }

    fn verify_blocks(&self, state: &State, progress: &mut dyn FnMut(u64)) -> Result<(), StateError> {
        for number in 0..=state.head.number {
            let key = number.to_be_bytes();
            let recorded = self.recorded(number)?;
            let back = self.block_number(recorded.hash)?;
            if back.ok_or_else(|| Column::BlockNumbers.lost(recorded.hash.as_slice()))? != number {
                return Err(
                    Column::BlockNumbers.corrupt(recorded.hash.as_slice(), "number is of another block")
                );
            }
            if number == state.head.number && recorded != state.head {
                return Err(Column::BlockHashes.corrupt(&key, "hash or state root is not the head's"));
            }
            let columns = [Column::Blocks, Column::Receipts, Column::Transcripts];
            for column in columns.into_iter().take(if number == 0 { 1 } else { 3 }) {
                if !self.has(column, &key)? {
                    return Err(column.lost(&key));
                }
            }
            progress(number);
        }
        let blocks = state.head.number.saturating_add(1);
        for column in [Column::Blocks, Column::BlockHashes, Column::BlockNumbers] {
            self.count(column, blocks)?;
        }
        Ok(())
    }

    /// Every kept change set has its history and there is no other; the last of them lead to their roots.
    fn verify_history(&self, state: &State, progress: &mut dyn FnMut(u64)) -> Result<(), StateError> {
        let (mut accounts, mut slots) = (0u64, 0u64);
        for number in state.first.saturating_add(1)..=state.head.number {
            for changed in self.changed(number)? {
                self.must(Column::AccountHistory, &numbered(changed.address.as_slice(), number))?;
                accounts += 1;
                for slot in changed.slots {
                    let key = numbered(&slot_key(changed.address, slot), number);
                    self.must(Column::StorageHistory, &key)?;
                    slots += 1;
                }
            }
            progress(number.saturating_sub(state.first));
        }
        self.count(Column::Changes, state.head.number.saturating_sub(state.first))?;
        self.count(Column::AccountHistory, accounts)?;
        self.count(Column::StorageHistory, slots)?;

        let (from, mut back) = (state.head.number, 1);
        // By powers of two, so that few blocks are worked out and any record of the last ones is among them.
        while back <= BACK.min(from.saturating_sub(state.first)) {
            let recorded = self.recorded(from.saturating_sub(back))?.state_root;
            let computed = self.plan_targets(&self.targets_at(from.saturating_sub(back), from)?)?.root;
            if computed != recorded {
                return Err(StateError::Root { computed, recorded });
            }
            back *= 2;
        }
        Ok(())
    }
}
