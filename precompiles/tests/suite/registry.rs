//! `IModelRegistry`.

use crate::{
    models::{relu, successor, wide},
    world::{ALICE, BOB, PLENTY, World},
};
use alloy_primitives::{Address, B256, U256, address, b256, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use isocortex_model::{Op, limits::CHUNK_BYTES, ops::Clamp};
use isocortex_precompiles::{
    INFERENCE_ADDRESS, MAX_CHUNK, REGISTRY_ADDRESS, Record,
    abi::IModelRegistry::{self as abi, infoCall, putChunkCall, registerCall, retireCall, setRoyaltyCall},
    chunk_address, chunk_code,
};
use revm::context::JournalTr;

#[test]
fn a_chunk_becomes_code() {
    let mut world = World::new();
    let hash = world.put(b"weights").ok::<putChunkCall>();
    assert_eq!(hash, keccak256("weights"));
    world.commit();
    let account = &world.journal.db().cache.accounts[&chunk_address(hash)].info;
    assert_eq!((account.nonce, account.balance), (1, U256::ZERO));
    assert_eq!(account.code_hash, keccak256(b"\0weights"), "as eth_getCode and eth_getProof see it");
    assert_eq!(
        world.journal.db().cache.contracts[&account.code_hash].original_bytes(),
        chunk_code(b"weights")
    );
}

#[test]
fn chunk_lengths() {
    let mut world = World::new();
    for length in [0, MAX_CHUNK + 1] {
        world.put(&vec![1; length]).is(abi::ChunkLength { length: U256::from(length) });
    }
    assert_eq!(world.put(&[5]).ok::<putChunkCall>(), keccak256([5]));
    let full = vec![9; MAX_CHUNK];
    assert_eq!(world.put(&full).ok::<putChunkCall>(), keccak256(&full));
}

#[test]
fn a_chunk_is_paid_once() {
    let mut world = World::new();
    let data = vec![3; 1000];
    // 32 words and the four bytes of calldata in front: 100 + 3·(selector, offset, length, data in words).
    let call = 100 + 3 * 35;
    let keccak = 30 + 6 * 32;
    assert_eq!(world.put(&data).gas(), call + keccak + 2600 + 32_000 + 200 * 1001);
    let changes = world.changes();
    assert_eq!(world.put(&data).gas(), call + keccak + 100, "warm");
    assert_eq!(world.changes(), changes);
    world.commit();
    assert_eq!(world.put(&data).gas(), call + keccak + 2600, "cold");
}

#[test]
fn ether_sent_ahead_does_not_hinder() {
    let mut world = World::new();
    let address = chunk_address(keccak256([1]));
    world.journal.balance_incr(address, U256::from(5)).unwrap();
    world.commit();
    world.put(&[1]).ok::<putChunkCall>();
    world.commit();
    let account = &world.journal.db().cache.accounts[&address].info;
    assert_eq!((account.nonce, account.balance), (1, U256::from(5)));
    assert_eq!(account.code_hash, keccak256([0, 1]));
}

#[test]
fn a_model_is_registered() {
    let mut world = World::new();
    let artifact = wide();
    let model = world.upload(&artifact);
    let info = world.register(model).ok::<registerCall>();
    assert_eq!((info.author, info.royalty, info.retired, info.opSet), (ALICE, 0, false, 1));
    assert_eq!((info.inputLength, info.outputLength, info.nodes, info.registeredAt), (512, 1024, 1, 11));
    // MatMul, by SPEC.md: 256·512 macs, 256 elements; bytes: operand, weight, bias, result.
    let weights = 256 * 512 + 256 * 4;
    assert_eq!((info.macs, info.elements, info.traffic), (131_072, 256, 512 + weights + 1024));
    assert_eq!((info.weights, info.peak), (weights, 512 + 1024));
    // No source, dataset, calibration; no converter; no licence: 1 + 1 + 1 + 4 + 1 zero bytes.
    assert_eq!(info.provenance, keccak256([0; 8]));
    assert_eq!(
        info.inferenceGas,
        2000 + 512 + 32 + (512u64 + weights + 1024).div_ceil(64) + weights / 16 + 50 + 1536
    );

    let [log] = &world.logs()[..] else { panic!("one event") };
    assert_eq!(log.address, REGISTRY_ADDRESS);
    let event = abi::ModelRegistered::decode_log(log).unwrap();
    assert_eq!((event.model, event.author, event.macs), (model, ALICE, 131_072));
    assert_eq!((event.inputLength, event.outputLength, event.provenance), (512, 1024, info.provenance));

    world.commit();
    let again = world.registry(&infoCall { model }).ok::<infoCall>();
    assert_eq!(again.abi_fields(), info.abi_fields());
    // Storage, as the documentation of `Record` lays it out.
    let db = &world.journal.db().cache.accounts[&REGISTRY_ADDRESS];
    assert_eq!(db.storage[&Record::slot(model, 1)], U256::from_be_slice(&ALICE[..]));
    assert_eq!(db.storage.len(), 5);
}

trait Fields {
    fn abi_fields(&self) -> Vec<u8>;
}

impl Fields for abi::ModelInfo {
    fn abi_fields(&self) -> Vec<u8> {
        alloy_sol_types::SolValue::abi_encode(self)
    }
}

#[test]
fn twice_is_refused() {
    let mut world = World::new();
    let (model, _) = world.publish(&relu());
    world.caller = BOB;
    world.register(model).is(abi::AlreadyRegistered { model });
    assert_eq!(world.registry(&infoCall { model }).ok::<infoCall>().author, ALICE);
}

#[test]
fn missing_parts_are_named() {
    let mut world = World::new();
    let artifact = wide();
    let model = artifact.id();
    world.register(model).is(abi::ChunkMissing { chunk: model });
    world.put(&artifact.header().to_bytes());
    let chunks: Vec<&[u8]> = artifact.chunks().collect();
    for index in [2, 0, 1] {
        let first_missing = match index {
            2 => 0,
            0 => 0,
            _ => 1,
        };
        let chunk = keccak256(chunks[first_missing]);
        world.register(model).is(abi::ChunkMissing { chunk });
        world.put(chunks[index]);
    }
    world.register(model).ok::<registerCall>();
}

#[test]
fn unknown_models() {
    let mut world = World::new();
    let model = B256::repeat_byte(1);
    world.registry(&infoCall { model }).is(abi::UnknownModel { model });
    world.registry(&setRoyaltyCall { model, gas: 1 }).is(abi::UnknownModel { model });
    world.registry(&retireCall { model }).is(abi::UnknownModel { model });
}

/// Puts these bytes as a header, registers, and gives the reason of the refusal; nothing may change.
fn refused(header: &[u8], chunks: &[&[u8]]) -> String {
    let mut world = World::new();
    for chunk in chunks {
        world.put(chunk).gas();
    }
    let model = world.put(header).ok::<putChunkCall>();
    world.commit();
    let end = world.register(model);
    assert_eq!(world.changes(), "0 logs");
    end.error::<abi::BadModel>().reason
}

#[test]
fn bad_models_are_refused_with_the_reason() {
    let good = relu();
    let bytes = good.header().to_bytes();
    assert_eq!(refused(&bytes[..bytes.len() - 1], &[]), "malformed header");
    assert_eq!(refused(&[&bytes[..], &[0]].concat(), &[]), "malformed header");
    assert_eq!(
        refused(b"hello world", &[]),
        "not an Isocortex artifact: the header starts with [68, 65, 6c, 6c]"
    );
    let mut future = bytes.clone();
    future[4] = 2;
    assert_eq!(refused(&future, &[]), "op set 2 is unknown here; this build knows op set 1");
    assert_eq!(refused(&vec![0; MAX_CHUNK], &[]), "header: header bytes: 65536 is over the limit of 65535");

    // The op's name is in the reason.
    let mut header = good.header().clone();
    header.nodes[0].op = Op::Clamp(Clamp { lo: 0, hi: 128 });
    let reason = refused(&header.to_bytes(), &[]);
    assert!(reason.starts_with("node 0 (Clamp): attribute"), "{reason}");
    // Cyclic: a node that reads its own result.
    let mut header = good.header().clone();
    header.nodes[0].operands = vec![1];
    assert_eq!(refused(&header.to_bytes(), &[]), "node 0 (Clamp): operand 1 is not an earlier value");
}

#[test]
fn weights_must_be_cut_as_the_header_says() {
    // A header that names a chunk which exists and hashes well, but has the wrong length.
    let artifact = wide();
    let mut header = artifact.header().clone();
    header.chunks[1] = keccak256([7; 10]).0;
    let chunks: Vec<&[u8]> = artifact.chunks().collect();
    let reason = refused(&header.to_bytes(), &[chunks[0], &[7; 10], chunks[2]]);
    assert_eq!(
        reason,
        format!("the weights have {} bytes, the header says 132096", 132_096 - CHUNK_BYTES + 10)
    );
}

#[test]
fn the_author_sets_a_royalty() {
    let mut world = World::new();
    let (model, info) = world.publish(&relu());
    world.caller = BOB;
    world.set_royalty(model, 5).is(abi::NotAuthor { author: ALICE });
    world.caller = ALICE;
    let bound = world.schedule.max_royalty;
    world.set_royalty(model, bound + 1).is(abi::RoyaltyTooHigh { royalty: bound + 1, bound });
    for royalty in [bound, 0, 77] {
        world.set_royalty(model, royalty).gas();
        let [log] = &world.logs()[..] else { panic!("one event") };
        let event = abi::RoyaltyChanged::decode_log(log).unwrap();
        assert_eq!((event.model, event.royalty), (model, royalty));
        let now = world.registry(&infoCall { model }).ok::<infoCall>();
        assert_eq!((now.royalty, now.author), (royalty, ALICE));
        assert_eq!(now.inferenceGas, info.inferenceGas + royalty);
    }
}

#[test]
fn a_retired_model_is_gone_for_good() {
    let mut world = World::new();
    let (model, _) = world.publish(&relu());
    world.caller = BOB;
    world.registry(&retireCall { model }).is(abi::NotAuthor { author: ALICE });
    world.infer(model, &[1; 4]).gas();
    world.caller = ALICE;
    world.registry(&retireCall { model }).gas();
    let [log] = &world.logs()[..] else { panic!("one event") };
    assert_eq!(abi::Retired::decode_log(log).unwrap().model, model);
    world.infer(model, &[1; 4]).is(abi::ModelRetired { model });
    world.registry(&retireCall { model }).is(abi::ModelRetired { model });
    world.set_royalty(model, 1).is(abi::ModelRetired { model });
    world.register(model).is(abi::AlreadyRegistered { model });
    assert!(world.registry(&infoCall { model }).ok::<infoCall>().retired);
}

#[test]
fn ways_of_calling_that_are_refused() {
    let mut world = World::new();
    let (model, _) = world.publish(&successor());
    let mut writing = vec![
        putChunkCall { data: b"x".into() }.abi_encode(),
        registerCall { model }.abi_encode(),
        setRoyaltyCall { model, gas: 1 }.abi_encode(),
        retireCall { model }.abi_encode(),
    ];
    world.is_static = true;
    for call in &writing {
        world.raw(REGISTRY_ADDRESS, call, PLENTY).is(abi::StaticCall {});
    }
    world.registry(&infoCall { model }).ok::<infoCall>();
    world.is_static = false;

    writing.push(infoCall { model }.abi_encode());
    world.value = 1;
    for call in &writing {
        world.raw(REGISTRY_ADDRESS, call, PLENTY).is(abi::NonPayable {});
    }
    world.raw(INFERENCE_ADDRESS, &[], PLENTY).is(abi::NonPayable {});
    world.value = 0;
    world.target = Some(BOB);
    for call in &writing {
        world.raw(REGISTRY_ADDRESS, call, PLENTY).is(abi::DelegateCall {});
    }
    world.raw(INFERENCE_ADDRESS, &[], PLENTY).is(abi::DelegateCall {});
    world.target = None;
    for data in [&[][..], &[1, 2, 3], &[1, 2, 3, 4], &writing[1][..35], &[&writing[1][..], &[0]].concat()] {
        world.raw(REGISTRY_ADDRESS, data, PLENTY).is(abi::BadCalldata {});
    }
    // A royalty of more than 64 bits.
    let mut wide_royalty = setRoyaltyCall { model, gas: 1 }.abi_encode();
    wide_royalty[36] = 1;
    world.raw(REGISTRY_ADDRESS, &wide_royalty, PLENTY).is(abi::BadCalldata {});
}

#[test]
fn the_registry_survives_state_clearing() {
    // Without a byte of code from genesis the account would be empty, and EIP-161 would delete it.
    let mut world = World::new();
    let (model, _) = world.publish(&relu());
    let account = &world.journal.db().cache.accounts[&REGISTRY_ADDRESS].info;
    assert_eq!(account.code_hash, keccak256([0]));
    world.registry(&infoCall { model }).ok::<infoCall>();
    assert_ne!(chunk_address(model), Address::ZERO);
}

#[test]
fn chunk_addresses_do_not_move() {
    // Computed with another implementation of keccak-256 (js-sha3 0.8): a change here is a hard fork.
    let chunk = b256!("0000000000000000000000000000000000000000000000000000000000000001");
    assert_eq!(chunk_address(chunk), address!("6bbdb65b72ca9cafc5b95f17f0be11ee898ceeb5"));
}
