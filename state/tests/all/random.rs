//! Random blocks: after each, the store's root is the model's, whose trie is another implementation.

use std::collections::BTreeSet;

use alloy_primitives::{Bytes, U256};
use isocortex_state::{StateChanges, Store};
use proptest::{collection::vec, prelude::*};

use crate::model::{Model, account, address, commit, create};

#[derive(Clone, Debug)]
pub enum Act {
    Set {
        nonce: u64,
        balance: u64,
        code: u8,
    },
    Delete,
    /// Leave it empty, as a touch of an account without anything does.
    Empty,
    Slot {
        slot: u8,
        value: u8,
    },
}

pub fn act() -> impl Strategy<Value = (u8, Act)> {
    let act = prop_oneof![
        3 => (1u64..3, 0u64..3, 0u8..4).prop_map(|(nonce, balance, code)| Act::Set { nonce, balance, code }),
        1 => Just(Act::Delete),
        1 => Just(Act::Empty),
        8 => (0u8..40, 0u8..3).prop_map(|(slot, value)| Act::Slot { slot, value }),
    ];
    (0u8..8, act)
}

/// Slots far apart and close together, small and large.
pub fn slot_of(slot: u8) -> U256 {
    if slot.is_multiple_of(2) { U256::from(slot) } else { U256::MAX >> usize::from(slot) }
}

fn code_of(code: u8) -> Bytes {
    Bytes::from(vec![code; usize::from(code)])
}

/// The acts as changes, done to the model as well.
pub fn apply(acts: &[(u8, Act)], model: &mut Model) -> StateChanges {
    let mut changes = StateChanges::default();
    let mut emptied = BTreeSet::new();
    for (who, act) in acts {
        let who = address(*who);
        if emptied.contains(&who) {
            continue;
        }
        match act {
            Act::Set { nonce, balance, code } => {
                model.set(who, account(*nonce, *balance, &code_of(*code)));
                changes.set_account(who, *nonce, U256::from(*balance), code_of(*code));
            }
            Act::Delete => {
                model.0.remove(&who);
                changes.delete_account(who);
            }
            Act::Empty => {
                emptied.insert(who);
                model.0.remove(&who);
                // Slots written before it in the same block go the way of the account.
                changes.delete_account(who);
                changes.set_account(who, 0, U256::ZERO, Bytes::new());
            }
            Act::Slot { slot, value } if model.0.contains_key(&who) => {
                model.slot(who, slot_of(*slot), U256::from(*value));
                changes.set_slot(who, slot_of(*slot), U256::from(*value));
            }
            Act::Slot { .. } => {}
        }
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..Default::default() })]
    #[test]
    fn roots_are_those_of_another_trie(blocks in vec(vec(act(), 0..60), 1..10)) {
        let dir = tempfile::tempdir().unwrap();
        let mut model = Model::default();
        let mut store = create(dir.path(), &StateChanges::default()).unwrap();
        prop_assert_eq!(store.head().state_root, model.root());
        for acts in &blocks {
            let changes = apply(acts, &mut model);
            let root = store.root_after(&changes).unwrap();
            prop_assert_eq!(root, model.root());
            prop_assert_eq!(commit(&store, &changes, b"").unwrap().state_root, root);
        }
        drop(store);
        store = Store::open(dir.path()).unwrap();
        prop_assert_eq!(store.verify().unwrap().state_root, model.root());
        for (who, entry) in &model.0 {
            prop_assert_eq!(store.account(*who).unwrap(), Some(entry.account));
            for slot in 0..40 {
                let expected = entry.storage.get(&slot_of(slot)).copied().unwrap_or_default();
                prop_assert_eq!(store.storage(*who, slot_of(slot)).unwrap(), expected);
            }
        }
    }
}
