//! Past states, pruning, unwinding: against models that were kept of every block.

use alloy_primitives::U256;
use isocortex_state::{History, StateChanges, StateError, Store};
use proptest::{collection::vec, prelude::*};
use revm::DatabaseRef;

use crate::{
    model::{Model, address, commit, create_in_memory, hash},
    random::{act, apply, slot_of},
};

/// A chain with the model of each of its blocks.
fn chain(blocks: &[Vec<(u8, crate::random::Act)>]) -> (Store, Vec<Model>) {
    let store = create_in_memory(&StateChanges::default()).unwrap();
    let mut models = vec![Model::default()];
    for acts in blocks {
        let mut model = models.last().unwrap().clone();
        let changes = apply(acts, &mut model);
        assert_eq!(commit(&store, &changes, b"").unwrap().state_root, model.root());
        models.push(model);
    }
    (store, models)
}

fn agrees(store: &Store, number: u64, model: &Model) {
    let state = store.at(number).unwrap();
    assert_eq!(state.number(), number);
    for who in (0..8).map(address) {
        let entry = model.0.get(&who);
        assert_eq!(state.account(who).unwrap(), entry.map(|entry| entry.account), "{who} at {number}");
        for slot in (0..40).map(slot_of) {
            let expected = entry.and_then(|entry| entry.storage.get(&slot)).copied().unwrap_or_default();
            assert_eq!(state.storage_ref(who, slot).unwrap(), expected, "{who} {slot} at {number}");
        }
    }
    assert_eq!(store.state_root(number).unwrap(), Some(model.root()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..Default::default() })]

    #[test]
    fn every_past_state_can_be_read_and_returned_to(
        blocks in vec(vec(act(), 0..40), 2..9),
        to in 0usize..8,
        more in vec(act(), 0..40),
    ) {
        let (store, mut models) = chain(&blocks);
        for (number, model) in models.iter().enumerate() {
            agrees(&store, number as u64, model);
        }
        store.verify().unwrap();

        let to = to.min(blocks.len());
        let old = store.at(blocks.len() as u64).unwrap();
        let head = store.unwind(to as u64, |done, all| assert!(done <= all)).unwrap();
        prop_assert_eq!(head, store.head());
        prop_assert_eq!((head.number, head.state_root), (to as u64, models[to].root()));
        let last = models.last().unwrap().clone();
        for (who, entry) in &last.0 {
            prop_assert_eq!(old.account(*who).unwrap(), Some(entry.account), "a view outlives an unwind");
        }
        models.truncate(to + 1);
        for (number, model) in models.iter().enumerate() {
            agrees(&store, number as u64, model);
        }
        let audit = store.verify().unwrap();
        prop_assert_eq!(audit.change_sets, to as u64);
        prop_assert_eq!(store.block(to as u64 + 1).unwrap(), None);
        prop_assert_eq!(store.block_number(hash(to as u64 + 1)).unwrap(), None);

        let mut model = models[to].clone();
        let changes = apply(&more, &mut model);
        prop_assert_eq!(commit(&store, &changes, b"").unwrap().state_root, model.root());
        agrees(&store, to as u64, &models[to]);
        store.verify().unwrap();
    }

    #[test]
    fn pruned_states_are_refused_and_the_others_stay(
        blocks in vec(vec(act(), 0..40), 6..12),
        early in 0u64..4,
        late in 0u64..4,
    ) {
        let (half, rest) = blocks.split_at(blocks.len() / 2);
        let (store, mut models) = chain(half);
        let first = (half.len() as u64).saturating_sub(early);
        store.prune(History::Last(early), |done, all| assert!(done <= all)).unwrap();
        prop_assert_eq!(store.history(), (History::Last(early), first));
        store.verify().unwrap();
        for acts in rest {
            let mut model = models.last().unwrap().clone();
            let changes = apply(acts, &mut model);
            commit(&store, &changes, b"").unwrap();
            models.push(model);
            store.verify().unwrap();
        }
        store.prune(History::Last(late), |_, _| ()).unwrap();
        let head = blocks.len() as u64;
        let first = (head - early.min(head)).max(head - late.min(head));
        prop_assert_eq!(store.history(), (History::Last(late), first));
        for (number, model) in models.iter().enumerate() {
            let number = number as u64;
            if number >= first {
                agrees(&store, number, model);
                continue;
            }
            match (store.at(number), store.unwind(number, |_, _| ())) {
                (
                    Err(StateError::Pruned { number: a, first: b }),
                    Err(StateError::Pruned { number: c, first: d }),
                ) => prop_assert_eq!((a, b, c, d), (number, first, number, first)),
                other => panic!("{other:?}"),
            }
        }
        let audit = store.verify().unwrap();
        prop_assert_eq!(audit.change_sets, head - first);
        store.unwind(first, |_, _| ()).unwrap();
        prop_assert_eq!(store.verify().unwrap().state_root, models[first as usize].root());
    }
}

#[test]
fn what_is_not_kept_is_said_plainly() {
    let (store, _) = chain(&[vec![], vec![], vec![]]);
    assert_eq!(store.at(4).unwrap_err().to_string(), "block 4 is not here; the head is 3");
    store.prune(History::Last(1), |_, _| ()).unwrap();
    assert_eq!(store.at(1).unwrap_err().to_string(), "block 1 is pruned; kept from 2");
    assert_eq!(store.history(), (History::Last(1), 2));
    store.prune(History::Archive, |_, _| ()).unwrap();
    assert_eq!(store.history(), (History::Archive, 2), "what is gone does not come back");
    assert_eq!(store.at(2).unwrap().block_hash_ref(1).unwrap(), hash(1), "blocks are not pruned");
    commit(&store, &StateChanges::default(), b"").unwrap();
    store.at(2).unwrap();
    assert_eq!(store.at(3).unwrap().storage(address(1), U256::ZERO).unwrap(), U256::ZERO);
}
