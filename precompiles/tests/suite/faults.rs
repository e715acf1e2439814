//! The node's faults are fatal, whatever the caller does, and never look like an answer.

use crate::{
    broken::{Broken, Disk, Trouble},
    models::{relu, successor},
    world::{Db, End, World},
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolCall;
use isocortex_precompiles::{
    Engine, REGISTRY_ADDRESS, Record,
    abi::IModelRegistry::{putChunkCall, registerCall},
    chunk_address, chunk_code,
};
use revm::{
    context::JournalTr,
    state::{AccountInfo, Bytecode},
};
use std::sync::Arc;

#[track_caller]
fn fatal(end: End, words: &[&str]) {
    match end {
        End::Fatal(reason) => {
            for word in words {
                assert!(reason.contains(word), "{reason:?} should speak of {word:?}");
            }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backend_that_fails() {
    let mut publisher = World::new();
    let (model, _) = publisher.publish(&successor());
    for (trouble, words) in [
        (Trouble::LoadFails, "device is on fire"),
        (Trouble::LoadPanics, "panicked: load went wrong"),
        (Trouble::RunFails, "device is on fire"),
        (Trouble::RunPanics, "panicked: run went wrong"),
        (Trouble::BlamesCaller, "input 0"),
        (Trouble::ShortOutput, "wrong number or length"),
        (Trouble::NoOutput, "wrong number or length"),
    ] {
        let mut world = publisher.on(Arc::new(Engine::new(Arc::new(Broken(trouble)), 1 << 20)));
        fatal(world.infer(model, &[1; 4]), &[words, &model.to_string()]);
        assert_eq!(world.calls(), []);
        // The caller's own mistakes are still the caller's.
        assert!(matches!(world.infer(model, &[1; 3]), End::Revert(..)));
    }
}

fn set_code(db: &mut Db, address: Address, code: &[u8]) {
    let code = Bytecode::new_raw(code.to_vec().into());
    db.insert_account_info(address, AccountInfo::new(U256::ZERO, 1, code.hash_slow(), code));
}

/// A node that does not have the model in memory and on whose disk `damage` was done.
fn damaged(damage: impl FnOnce(&mut Db, B256)) -> (World, B256) {
    let mut publisher = World::new();
    let (model, _) = publisher.publish(&successor());
    let mut world = publisher.on(Arc::default());
    damage(world.journal.db_mut(), model);
    (world, model)
}

#[test]
fn a_corrupt_state() {
    let weights = keccak256(successor().weights());
    for chunk in [weights, successor().id()] {
        let name = chunk.to_string();
        let (mut world, model) = damaged(|db, _| set_code(db, chunk_address(chunk), &chunk_code(b"other")));
        fatal(world.infer(model, &[1; 4]), &["corrupt", "does not hash", &name]);
        let (mut world, model) = damaged(|db, _| set_code(db, chunk_address(chunk), &[]));
        fatal(world.infer(model, &[1; 4]), &["corrupt", "missing", &name]);
        let (mut world, model) = damaged(|db, _| drop(db.cache.accounts.remove(&chunk_address(chunk))));
        fatal(world.infer(model, &[1; 4]), &["corrupt", "missing", &name]);
    }
    // A record of another model: the input fits it, the model does not.
    let (mut world, model) = damaged(|db, model| {
        let slot = Record::slot(model, 0);
        let head = db.cache.accounts[&REGISTRY_ADDRESS].storage[&slot];
        db.insert_account_storage(REGISTRY_ADDRESS, slot, head ^ (U256::from(1) << 56usize)).unwrap();
    });
    fatal(world.infer(model, &[1; 5]), &["does not fit its record", &model.to_string()]);
    // Registering meets a corrupt chunk.
    let mut world = World::new();
    let model = world.upload(&relu());
    world.commit();
    set_code(world.journal.db_mut(), chunk_address(model), &chunk_code(b"other"));
    fatal(world.register(model), &["corrupt", "does not hash", &model.to_string()]);
    // The call, the record's slot and the header's account are paid for, its bytes are not: nobody looks at them.
    let call = registerCall { model }.abi_encode();
    let gas = world.schedule.call + world.schedule.calldata_word * 2 + 2_100 + 2_600;
    world.commit();
    assert_eq!(world.raw(REGISTRY_ADDRESS, &call, gas), End::OutOfGas);
}

#[test]
fn a_disk_that_cannot_be_read() {
    let mut world = World::with(Arc::default(), Db::new(Disk { broken: true }));
    let words = ["the state could not be read", "the disk has rusted"];
    fatal(world.put(&[1]), &words);
    fatal(world.register(B256::ZERO), &words);
    fatal(world.infer(B256::ZERO, &[]), &words);
    fatal(world.set_royalty(B256::ZERO, 1), &words);

    // The record can be read, the chunks cannot.
    let (mut world, model) = damaged(|db, model| {
        db.db.broken = true;
        db.cache.accounts.remove(&chunk_address(model));
    });
    fatal(world.infer(model, &[1; 4]), &words);
}

#[test]
fn a_good_disk_is_the_same_test_without_the_damage() {
    let (mut world, model) = damaged(|_, _| ());
    world.infer(model, &[1; 4]).gas();
    let _hash = world.put(&[1]).ok::<putChunkCall>();
}
