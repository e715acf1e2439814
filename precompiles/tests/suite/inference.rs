//! `IInference` and the packed door.

use crate::{
    models::{relu, successor, wide},
    world::{ALICE, BASE_FEE, BOB, End, PLENTY, World},
};
use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;
use isocortex_inference::Reference;
use isocortex_precompiles::{
    Call, Engine, INFERENCE_ADDRESS, PACKED_ADDRESS,
    abi::IInference::{self as abi, inferBatchCall, inferCall},
    chunk_address,
};
use revm::context::JournalTr;
use std::sync::Arc;

fn packed(model: B256, input: &[u8]) -> Vec<u8> {
    [&model[..], input].concat()
}

fn batch(model: B256, inputs: &[&[u8]]) -> inferBatchCall {
    inferBatchCall { model, inputs: inputs.iter().map(|input| Bytes::copy_from_slice(input)).collect() }
}

fn uncached() -> Arc<Engine> {
    Arc::new(Engine::new(Arc::new(Reference), 0))
}

#[test]
fn answers() {
    let mut world = World::new();
    let (relu, _) = world.publish(&relu());
    let (successor, _) = world.publish(&successor());
    let (wide, _) = world.publish(&wide());
    assert_eq!(world.infer(relu, &[0x80, 0xff, 0, 5]).ok::<inferCall>()[..], [0, 0, 0, 5]);
    assert_eq!(world.infer(successor, &[0x80, 0xff, 0x7f, 5]).ok::<inferCall>()[..], [0x81, 0, 0x7f, 6]);
    // Output n: n + (n − 100) · sum of the input, here 512 · 2, weights capped at 127.
    let output = world.infer(wide, &[2; 512]).ok::<inferCall>();
    let numbers: Vec<i32> = output.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect();
    let want: Vec<i32> = (0..256).map(|n| n + (n - 100).min(127) * 1024).collect();
    assert_eq!(numbers, want);
}

#[test]
fn three_doors_one_answer() {
    let mut world = World::new();
    let (model, info) = world.publish(&successor());
    let inputs = [[1u8, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4]];
    let one: Vec<Bytes> = inputs.iter().map(|i| world.infer(model, i).ok::<inferCall>()).collect();
    let slices: Vec<&[u8]> = inputs.iter().map(|i| &i[..]).collect();
    assert_eq!(world.inference(&batch(model, &slices)).ok::<inferBatchCall>(), one);
    for (input, output) in inputs.iter().zip(&one) {
        match world.raw(PACKED_ADDRESS, &packed(model, input), PLENTY) {
            End::Success(_, data) => assert_eq!(data, *output),
            other => panic!("{other:?}"),
        }
    }
    // Each input is an entry, with the same price whichever door.
    let want: Vec<Call> = inputs
        .iter()
        .zip(&one)
        .map(|(input, output)| (keccak256(input), keccak256(output)))
        .map(|(input, output)| Call { model, input, output, gas: info.inferenceGas })
        .collect();
    assert_eq!(world.calls(), [&want[..], &want, &want].concat());
}

#[test]
fn gas_follows_from_record_and_lengths() {
    let mut world = World::new();
    let (model, info) = world.publish(&successor());
    // Table8 on four i8: 2000 + 0 macs + ⌈4/8⌉ + ⌈(4 + 256 + 4)/64⌉ + 256/16 + 50 + 4 + 4.
    assert_eq!(info.inferenceGas, 2000 + 1 + 5 + 16 + 50 + 8);
    // A call, 3 a word of calldata; three slots of the record, cold and then warm.
    assert_eq!(world.infer(model, &[1; 4]).gas(), 100 + 3 * 5 + 3 * 2100 + info.inferenceGas);
    assert_eq!(world.infer(model, &[1; 4]).gas(), 100 + 3 * 5 + 3 * 100 + info.inferenceGas);
    let gas = world.raw(PACKED_ADDRESS, &packed(model, &[1; 4]), PLENTY).gas();
    assert_eq!(gas, 100 + 3 * 2 + 3 * 100 + info.inferenceGas);
    // Selector, model, offset, count, and a place, a length and a word for each.
    let gas = world.inference(&batch(model, &[&[1; 4], &[2; 4]])).gas();
    assert_eq!(gas, 100 + 3 * 10 + 3 * 100 + 2 * info.inferenceGas);
    assert_eq!(world.inference(&batch(model, &[])).gas(), 100 + 3 * 4 + 3 * 100);
}

#[test]
fn what_is_in_memory_shows_in_nothing() {
    let mut publisher = World::new();
    let artifact = wide();
    let (model, _) = publisher.publish(&artifact);
    let chunks: Vec<_> = artifact.chunks().map(keccak256).chain([model]).map(chunk_address).collect();

    let engine = Arc::new(Engine::default());
    let mut outcomes = vec![];
    // Never in memory; not yet in memory; in memory.
    for engine in [uncached(), Arc::clone(&engine), engine] {
        let held = engine.holds(model);
        let mut world = publisher.on(engine);
        let ends = [world.infer(model, &[3; 512]), world.infer(model, &[4; 512])];
        for chunk in &chunks {
            assert!(world.journal.load_account_mut_skip_cold_load(*chunk, true).is_err(), "still cold");
        }
        outcomes.push((ends, world.changes(), world.calls()));
        assert_eq!(world.engine.holds(model), held || outcomes.len() == 2);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0], outcomes[2]);
}

#[test]
fn registered_and_called_in_one_transaction() {
    // The database does not have the chunks yet.
    let mut outcomes = vec![];
    for engine in [uncached(), Arc::default()] {
        let mut world = World::with(engine, Default::default());
        let model = world.upload(&wide());
        world.register(model).gas();
        outcomes.push([world.infer(model, &[3; 512]), world.infer(model, &[3; 512])]);
        assert!(matches!(outcomes[0][0], End::Success(..)), "{outcomes:?}");
    }
    assert_eq!(outcomes[0], outcomes[1]);
}

#[test]
fn a_reverted_registration_leaves_nothing() {
    let mut world = World::new();
    let model = world.upload(&successor());
    let checkpoint = world.journal.checkpoint();
    world.register(model).gas();
    world.infer(model, &[1; 4]).gas();
    world.journal.checkpoint_revert(checkpoint);
    assert!(world.engine.holds(model));
    world.infer(model, &[1; 4]).is(abi::UnknownModel { model });
    // And uploads that were reverted, too.
    let mut world = World::new();
    let checkpoint = world.journal.checkpoint();
    let model = world.upload(&successor());
    world.register(model).gas();
    world.journal.checkpoint_revert(checkpoint);
    world.register(model).is(isocortex_precompiles::abi::IModelRegistry::ChunkMissing { chunk: model });
}

#[test]
fn callers_mistakes() {
    let mut world = World::new();
    let (model, _) = world.publish(&successor());
    let unknown = B256::repeat_byte(7);
    world.infer(unknown, &[]).is(abi::UnknownModel { model: unknown });
    for len in [0, 3, 5, 1000] {
        let expected =
            abi::InputLength { index: U256::ZERO, expected: U256::from(4), actual: U256::from(len) };
        world.infer(model, &vec![1; len]).is(expected);
    }
    let second = abi::InputLength { index: U256::ONE, expected: U256::from(4), actual: U256::from(2) };
    world.inference(&batch(model, &[&[1; 4], &[1; 2], &[]])).is(second);
    let zero = abi::InputLength { index: U256::ZERO, expected: U256::from(4), actual: U256::ZERO };
    world.raw(PACKED_ADDRESS, &model[..], PLENTY).is(zero);
    world.raw(PACKED_ADDRESS, &model[..31], PLENTY).is(abi::BadCalldata {});
    let good = inferCall { model, input: vec![1; 4].into() }.abi_encode();
    for data in [&[][..], &good[..3], &good[..good.len() - 1], &[0; 100], &[&good[..], &[0]].concat()] {
        world.raw(INFERENCE_ADDRESS, data, PLENTY).is(abi::BadCalldata {});
    }
    assert_eq!(world.calls(), [], "nothing ran");
}

#[test]
fn a_royalty_is_paid_from_the_fees() {
    let mut world = World::new();
    let (model, info) = world.publish(&successor());
    let before = world.infer(model, &[1; 4]).gas();
    assert!(!world.journal.evm_state().contains_key(&ALICE), "without a royalty the author is not looked at");
    world.set_royalty(model, 1001).gas();
    world.commit();

    world.caller = BOB;
    world.is_static = true;
    let gas = world.infer(model, &[1; 4]).gas();
    assert_eq!(gas, before + 1001 + 2600, "the author's account is cold");
    // 1001 · 7 · 4/5, rounded down.
    assert_eq!(world.balance(ALICE), U256::from(1001 * BASE_FEE * 4 / 5));
    let gas = world.inference(&batch(model, &[&[1; 4], &[1; 4], &[1; 4]])).gas();
    assert_eq!(gas, 100 + 3 * 13 + 3 * 100 + 100 + 3 * (info.inferenceGas + 1001));
    assert_eq!(world.balance(ALICE), U256::from(1001 * BASE_FEE * 4 / 5 + 3 * 1001 * BASE_FEE * 4 / 5));
    assert!(world.calls().iter().skip(1).all(|call| call.gas == info.inferenceGas + 1001));

    // A frame that reverts pays nobody; nor does a call without inputs, nor one that fails.
    let balance = world.balance(ALICE);
    let checkpoint = world.journal.checkpoint();
    world.infer(model, &[1; 4]).gas();
    assert!(world.balance(ALICE) > balance);
    world.journal.checkpoint_revert(checkpoint);
    world.inference(&batch(model, &[])).gas();
    world.infer(model, &[1; 3]).gas();
    assert_eq!(world.balance(ALICE), balance);
}
