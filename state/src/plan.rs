//! From changes to writes: the flat and the hashed columns, the tries' branches, what was there before,
//! and the root.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};

use crate::{
    Account, StateChanges, StateError, Store,
    changes::{AccountChange, Fate},
    column::Column,
    commit::Op,
    read::{decode_account, slot_key},
    trie::{Change, Trie},
};

/// What one account is to be afterwards.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    pub(crate) account: Option<Account>,
    /// All slots are removed before `slots` are set.
    pub(crate) wipe: bool,
    pub(crate) slots: BTreeMap<U256, U256>,
}

/// Slots and what they were, empty for zero.
pub(crate) type Slots = Vec<(U256, Vec<u8>)>;

/// What one account was before: its leaf, empty where there was none, and its slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) address: Address,
    pub(crate) leaf: Vec<u8>,
    pub(crate) slots: Slots,
}

/// Writes that lead to `root`, and what they change. What was not changed is in neither.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) root: B256,
    pub(crate) ops: Vec<Op>,
    pub(crate) before: Vec<Before>,
}

impl Store {
    /// The writes and the root of `changes`. The caller holds the lock, or is alone.
    pub(crate) fn plan(&self, changes: &StateChanges, keep_empty: bool) -> Result<Plan, StateError> {
        let mut code = Vec::new();
        for (hash, bytes) in &changes.code {
            if keccak256(bytes) != *hash {
                return Err(Column::Code.corrupt(hash.as_slice(), "code does not hash to its key"));
            }
            code.push(Op::put(Column::Code, hash.as_slice(), bytes));
        }
        let mut targets = BTreeMap::new();
        for (address, change) in &changes.accounts {
            targets.insert(*address, self.target(*address, change, changes, keep_empty)?);
        }
        let mut plan = self.plan_targets(&targets)?;
        plan.ops.append(&mut code);
        Ok(plan)
    }

    /// What a change makes of an account.
    fn target(
        &self,
        address: Address,
        change: &AccountChange,
        changes: &StateChanges,
        keep_empty: bool,
    ) -> Result<Target, StateError> {
        let account = match change.fate {
            Fate::Keep => self.account(address)?,
            Fate::Set(account) => Some(account).filter(|account| keep_empty || !account.is_empty()),
            Fate::Delete => None,
        };
        if account.is_none() && change.slots.values().any(|value| !value.is_zero()) {
            return Err(StateError::Orphan(address));
        }
        if let Some(Account { code_hash, .. }) = account
            && code_hash != KECCAK256_EMPTY
            && !changes.code.contains_key(&code_hash)
            && matches!(change.fate, Fate::Set(_))
            && !self.has(Column::Code, code_hash.as_slice())?
        {
            return Err(Column::Code.lost(code_hash.as_slice()));
        }
        Ok(Target { account, wipe: change.wipe || account.is_none(), slots: change.slots.clone() })
    }

    /// The writes that make the accounts what `targets` say.
    pub(crate) fn plan_targets(&self, targets: &BTreeMap<Address, Target>) -> Result<Plan, StateError> {
        let (mut ops, mut before) = (Vec::new(), Vec::new());
        let mut leaves: Vec<Change> = Vec::new();
        let olds = self.get_many(Column::Accounts, targets.keys())?;
        for ((address, target), old) in targets.iter().zip(olds) {
            let hashed = keccak256(address);
            let (storage_root, slots) =
                self.plan_storage(*address, hashed, old.as_deref(), target, &mut ops)?;
            let new = target.account.map(|account| alloy_rlp::encode(account.leaf(storage_root)));
            if old == new && slots.is_empty() {
                continue;
            }
            let trie = Trie::accounts(self);
            for (column, key) in
                [(Column::Accounts, address.as_slice()), (trie.leaves, &trie.leaf_key(hashed)[..])]
            {
                ops.push(Op { column, key: key.to_vec(), value: new.clone() });
            }
            leaves.push(Change { key: Nibbles::unpack(hashed), leaf: new, existed: old.is_some() });
            before.push(Before { address: *address, leaf: old.unwrap_or_default(), slots });
        }
        let mut walked = Trie::accounts(self).walk(leaves)?;
        ops.append(&mut walked.ops);
        Ok(Plan { root: walked.root, ops, before })
    }

    /// Plans one account's storage: its root afterwards, and the slots that change with what they were.
    fn plan_storage(
        &self,
        address: Address,
        hashed: B256,
        leaf: Option<&[u8]>,
        target: &Target,
        ops: &mut Vec<Op>,
    ) -> Result<(B256, Slots), StateError> {
        let old_root = match leaf {
            Some(leaf) => decode_account(address, leaf)?.1,
            None => EMPTY_ROOT_HASH,
        };
        let none_before = old_root == EMPTY_ROOT_HASH;
        let wipe = target.wipe && !none_before;
        if target.slots.is_empty() && !wipe {
            return Ok((old_root, vec![]));
        }
        let trie = Trie::storage(self, hashed);
        let mut before = Vec::new();
        let mut old = BTreeMap::new();
        if wipe {
            old = self.slots(address)?;
            for record in self.records(trie.nodes, hashed.as_slice())? {
                ops.push(Op::delete(trie.nodes, &record?.0));
            }
        }
        let mut leaves: Vec<Change> = Vec::new();
        let gone =
            old.keys().filter(|slot| !target.slots.contains_key(*slot)).map(|slot| (*slot, U256::ZERO));
        for (slot, value) in gone.chain(target.slots.iter().map(|(slot, value)| (*slot, *value))) {
            let key = slot_key(address, slot);
            let was = match (wipe, none_before) {
                (true, _) => old.get(&slot).map(alloy_rlp::encode),
                (false, true) => None,
                (false, false) => self.get(Column::Storage, &key)?,
            };
            let new = (!value.is_zero()).then(|| alloy_rlp::encode(value));
            let changed = was != new;
            if !changed && !wipe {
                continue;
            }
            let leaf = keccak256(slot.to_be_bytes::<32>());
            let existed = was.is_some();
            if changed {
                ops.push(Op { column: Column::Storage, key: key.to_vec(), value: new.clone() });
                ops.push(Op { column: trie.leaves, key: trie.leaf_key(leaf), value: new.clone() });
                before.push((slot, was.unwrap_or_default()));
            }
            leaves.push(Change { key: Nibbles::unpack(leaf), leaf: new, existed });
        }
        let mut walked = match (leaves.is_empty(), wipe || none_before) {
            (true, false) => return Ok((old_root, before)),
            (_, true) => trie.build(leaves),
            (false, false) => trie.walk(leaves)?,
        };
        ops.append(&mut walked.ops);
        before.sort_unstable_by_key(|(slot, _)| *slot);
        Ok((walked.root, before))
    }
}
