//! Out of gas at every step: below what a call needs, nothing happens; with just that, all of it does.

use crate::{
    models::{successor, wide},
    world::{ALICE, BOB, End, World},
};
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use isocortex_precompiles::{
    INFERENCE_ADDRESS, PACKED_ADDRESS, REGISTRY_ADDRESS,
    abi::{
        IInference::{inferBatchCall, inferCall},
        IModelRegistry::{infoCall, putChunkCall, registerCall, retireCall, setRoyaltyCall},
    },
};
use revm::context::JournalTr;

/// Calls with a sweep of limits; `world` is at the start of a transaction each time.
fn sweep(world: &mut World, address: Address, data: &[u8]) {
    world.commit();
    let checkpoint = world.journal.checkpoint();
    let end = world.raw(address, data, u64::MAX);
    assert!(matches!(end, End::Success(..)), "{end:?}");
    world.journal.checkpoint_revert(checkpoint);
    let (needed, before) = (end.gas(), world.changes());
    world.calls();

    // Each charge is met within: no step is cheaper than 100 but those at the ends.
    let stride = (needed / 2000).clamp(1, 97) as usize;
    let limits = (0..needed).step_by(stride).chain(needed.saturating_sub(300)..needed);
    for limit in limits {
        assert_eq!(world.raw(address, data, limit), End::OutOfGas, "{limit} of {needed}");
    }
    assert_eq!(world.changes(), before);
    assert_eq!(world.calls(), [], "nothing was computed");
    // Still the same price: what failed has warmed nothing either.
    assert_eq!(world.raw(address, data, needed), end);
    world.commit();
}

#[test]
fn every_method_at_every_limit() {
    let mut world = World::new();
    for chunk in [&[1][..], &[2; 5000]] {
        sweep(&mut world, REGISTRY_ADDRESS, &putChunkCall { data: chunk.to_vec().into() }.abi_encode());
    }
    let model = world.upload(&wide());
    let small = world.upload(&successor());
    sweep(&mut world, REGISTRY_ADDRESS, &registerCall { model }.abi_encode());
    sweep(&mut world, REGISTRY_ADDRESS, &registerCall { model: small }.abi_encode());
    sweep(&mut world, REGISTRY_ADDRESS, &infoCall { model }.abi_encode());
    sweep(&mut world, REGISTRY_ADDRESS, &setRoyaltyCall { model: small, gas: 5 }.abi_encode());

    let input: Vec<u8> = vec![1; 4];
    let infer = inferCall { model: small, input: input.clone().into() }.abi_encode();
    world.caller = BOB;
    sweep(&mut world, INFERENCE_ADDRESS, &infer);
    sweep(&mut world, PACKED_ADDRESS, &[&small[..], &input].concat());
    let inputs = vec![input.into(); 3];
    sweep(&mut world, INFERENCE_ADDRESS, &inferBatchCall { model: small, inputs }.abi_encode());
    world.caller = ALICE;
    sweep(&mut world, REGISTRY_ADDRESS, &retireCall { model: small }.abi_encode());
}

#[test]
fn nothing_is_loaded_before_it_is_paid() {
    let mut world = World::new();
    let (model, info) = world.publish(&wide());
    let infer = inferCall { model, input: vec![1; 512].into() }.abi_encode();
    let records = 100 + 3 * (infer.len() as u64).div_ceil(32) + 3 * 2100;
    assert_eq!(world.raw(INFERENCE_ADDRESS, &infer, records + info.inferenceGas - 1), End::OutOfGas);
    assert!(!world.engine.holds(model));
    assert!(matches!(world.raw(INFERENCE_ADDRESS, &infer, records + info.inferenceGas), End::Success(..)));
    assert!(world.engine.holds(model));
}
