//! Past states. Each block's change set holds what the block changed, and the history columns what was
//! there before it, so that a value at the end of block N is that before the first later block which
//! changed it, or the present one.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use alloy_rlp::{RlpDecodable, RlpEncodable};

use crate::{
    StateError, Store,
    column::Column,
    commit::Op,
    plan::{Before, Target},
    read::{decode_account, decode_word, slot_key},
};

/// How many past states a store keeps. Blocks, receipts and transcripts are kept always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// The state after every block.
    Archive,
    /// Beside the head's, the states after this many blocks before it.
    Last(u64),
}

impl History {
    /// The first block whose state is kept under a head.
    pub(crate) const fn first(self, head: u64) -> u64 {
        match self {
            Self::Archive => 0,
            Self::Last(blocks) => head.saturating_sub(blocks),
        }
    }

    pub(crate) const fn to_u64(self) -> u64 {
        match self {
            Self::Archive => u64::MAX,
            Self::Last(blocks) => blocks,
        }
    }

    pub(crate) const fn from_u64(blocks: u64) -> Self {
        match blocks {
            u64::MAX => Self::Archive,
            blocks => Self::Last(blocks),
        }
    }
}

/// One account in a block's change set, with the slots that changed.
#[derive(Debug, RlpEncodable, RlpDecodable)]
pub(crate) struct Changed {
    pub(crate) address: Address,
    pub(crate) slots: Vec<U256>,
}

pub(crate) fn numbered(key: &[u8], number: u64) -> Vec<u8> {
    [key, &number.to_be_bytes()].concat()
}

impl Store {
    /// The records of one block's change set.
    pub(crate) fn history_ops(number: u64, before: &[Before]) -> Vec<Op> {
        let mut ops = Vec::new();
        let mut list = Vec::new();
        for Before { address, leaf, slots } in before {
            ops.push(Op::put(Column::AccountHistory, &numbered(address.as_slice(), number), leaf));
            for (slot, value) in slots {
                let key = numbered(&slot_key(*address, *slot), number);
                ops.push(Op::put(Column::StorageHistory, &key, value));
            }
            list.push(Changed { address: *address, slots: slots.iter().map(|(slot, _)| *slot).collect() });
        }
        let mut changes = Vec::new();
        alloy_rlp::encode_list(&list, &mut changes);
        ops.push(Op::put(Column::Changes, &number.to_be_bytes(), &changes));
        ops
    }

    /// A block's change set, which must be kept.
    pub(crate) fn changed(&self, number: u64) -> Result<Vec<Changed>, StateError> {
        let key = number.to_be_bytes();
        let list = self.must(Column::Changes, &key)?;
        alloy_rlp::decode_exact(list).map_err(|_| Column::Changes.corrupt(&key, "not a list of changes"))
    }

    /// What the accounts that the blocks after `to` up to `from` changed were at the end of `to`.
    pub(crate) fn targets_at(&self, to: u64, from: u64) -> Result<BTreeMap<Address, Target>, StateError> {
        let mut targets: BTreeMap<Address, Target> = BTreeMap::new();
        // Backwards, so that the oldest record of each account and slot is the one that stays.
        for number in (to.saturating_add(1)..=from).rev() {
            for Changed { address, slots } in self.changed(number)? {
                let leaf = self.must(Column::AccountHistory, &numbered(address.as_slice(), number))?;
                let target = targets.entry(address).or_default();
                target.account = match &leaf[..] {
                    [] => None,
                    leaf => Some(decode_account(address, leaf)?.0),
                };
                for slot in slots {
                    let key = numbered(&slot_key(address, slot), number);
                    let value = self.must(Column::StorageHistory, &key)?;
                    let word = if value.is_empty() { U256::ZERO } else { decode_word(&key, &value)? };
                    target.slots.insert(slot, word);
                }
            }
        }
        Ok(targets)
    }
}
