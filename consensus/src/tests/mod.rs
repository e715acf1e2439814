//! Blocks that a stranger's node would accept, and each rule broken once.

mod forks;

use crate::{Attributes, Block, BlockApp, Chain, ConsensusEngine, Error, Executed, Invalid, Solo, validity};
use alloy_consensus::{
    SignableTransaction, TxEip1559, TxEip4844WithSidecar, TxEnvelope, transaction::Recovered,
};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use isocortex_vm::{Engine, Rejection};
use std::sync::Arc;
use tempfile::TempDir;

#[path = "../../tests/devices/genesis.rs"]
mod genesis;

fn engine() -> Arc<Engine> {
    Arc::new(Engine::new(Arc::new(isocortex_inference::Reference), 1 << 20))
}

fn signer() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(7)).unwrap()
}

fn genesis_json() -> Vec<u8> {
    genesis_with("0x3938700")
}

fn genesis_with(gas_limit: &str) -> Vec<u8> {
    genesis::genesis(gas_limit, signer().address())
}

fn transfer(nonce: u64) -> Recovered<TxEnvelope> {
    signed(nonce, 21_000, Bytes::new())
}

fn signed(nonce: u64, gas_limit: u64, input: Bytes) -> Recovered<TxEnvelope> {
    let tx = TxEip1559 {
        chain_id: 1337,
        nonce,
        gas_limit,
        input,
        max_fee_per_gas: 2_000_000_000,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(Address::repeat_byte(0x42)),
        value: U256::from(5),
        ..Default::default()
    };
    let signature = signer().sign_hash_sync(&tx.signature_hash()).unwrap();
    Recovered::new_unchecked(tx.into_signed(signature).into(), signer().address())
}

fn at(timestamp: u64) -> Attributes {
    Attributes { timestamp, ..Default::default() }
}

fn chain() -> (TempDir, Chain) {
    let dir = TempDir::new().unwrap();
    let chain = Chain::create(dir.path(), &genesis_json(), engine()).unwrap();
    (dir, chain)
}

fn built(chain: &Chain) -> Executed {
    chain.build(&at(101), &[transfer(0), transfer(1)]).unwrap().executed
}

#[test]
fn what_one_node_builds_another_executes_and_both_keep() {
    let ((dir, a), (_other, b)) = (chain(), chain());
    assert_eq!(a.head(), b.head());
    for n in 0..3u64 {
        let decided = Solo.decide(&a, &at(101 + n), &[transfer(n), transfer(n + 5)]).unwrap();
        assert_eq!((decided.outcomes.len(), decided.rejected.len()), (1, 1), "a nonce gap is left out");
        let rlp = alloy_rlp::encode(&decided.executed.block);
        let executed = b.execute(validity::decode(&rlp).unwrap()).unwrap();
        b.commit(executed).unwrap();
        assert_eq!(a.head(), b.head());
    }
    let before = a.head();
    drop(a);
    let again = Chain::open(dir.path(), engine()).unwrap();
    assert_eq!(again.head(), before);
    assert_eq!(again.decided(2).unwrap(), b.decided(2).unwrap());
    assert_eq!(again.decided(4).unwrap(), None);
    assert_eq!(again.store().account(Address::repeat_byte(0x42)).unwrap().unwrap().balance, U256::from(15));
}

#[test]
fn each_broken_field_is_named_and_nothing_changes() {
    let (_dir, chain) = chain();
    let good = built(&chain).block;
    type Break = fn(&mut Block);
    let cases: &[(&str, Break)] = &[
        ("parent hash", |b| b.header.parent_hash.0[0] ^= 1),
        ("number", |b| b.header.number = 2),
        ("timestamp", |b| b.header.timestamp = 100),
        ("gas limit", |b| b.header.gas_limit += 60_000_000 / 1024),
        ("gas used", |b| b.header.gas_used = b.header.gas_limit + 1),
        ("gas used", |b| b.header.gas_used -= 1),
        ("extra data", |b| b.header.extra_data = vec![0; 33].into()),
        ("difficulty", |b| b.header.difficulty = U256::from(1)),
        ("nonce", |b| b.header.nonce.0[7] = 1),
        ("ommers hash", |b| b.header.ommers_hash = B256::ZERO),
        ("base fee", |b| b.header.base_fee_per_gas = Some(7)),
        ("base fee", |b| b.header.base_fee_per_gas = None),
        ("excess blob gas", |b| b.header.excess_blob_gas = Some(1)),
        ("blob gas used", |b| b.header.blob_gas_used = Some(131_072)),
        ("parent beacon block root", |b| b.header.parent_beacon_block_root = None),
        ("transactions root", |b| {
            b.body.transactions.pop();
        }),
        ("withdrawals root", |b| b.header.withdrawals_root = Some(B256::ZERO)),
        ("withdrawals", |b| {
            let minted = vec![Withdrawal { amount: 1, address: b.header.beneficiary, ..Default::default() }];
            b.header.withdrawals_root = Some(alloy_consensus::proofs::calculate_withdrawals_root(&minted));
            b.body.withdrawals = Some(minted.into());
        }),
        ("receipts root", |b| b.header.receipts_root.0[0] ^= 1),
        ("logs bloom", |b| b.header.logs_bloom.0[0] ^= 1),
        ("requests hash", |b| b.header.requests_hash = Some(B256::ZERO)),
        ("state root", |b| b.header.state_root.0[0] ^= 1),
    ];
    let before = chain.head();
    for (name, change) in cases {
        let mut bad = good.clone();
        change(&mut bad);
        match chain.execute(bad) {
            Err(Error::Invalid(Invalid::Field { field, .. })) => assert_eq!(field, *name),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(chain.head(), before);
    }
    chain.execute(good).unwrap();
}

#[test]
fn an_invalid_transaction_makes_the_block_invalid() {
    let (_dir, chain) = chain();
    let mut block = built(&chain).block;
    block.body.transactions.swap(0, 1);
    block.header.transactions_root =
        alloy_consensus::proofs::calculate_transaction_root(&block.body.transactions);
    match chain.execute(block) {
        Err(Error::Invalid(Invalid::Transaction { index: 0, reason })) => {
            assert!(reason.to_string().contains("nonce"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_that_are_no_block_are_refused() {
    let (_dir, chain) = chain();
    let rlp = alloy_rlp::encode(built(&chain).block);
    validity::decode(&rlp).unwrap();
    for n in 0..rlp.len() {
        assert!(validity::decode(&rlp[..n]).is_err(), "cut at {n}");
    }
    assert!(validity::decode(&[rlp, vec![0]].concat()).is_err());
    assert!(matches!(validity::decode(&vec![0; validity::MAX_RLP_BYTES + 1]), Err(Invalid::Malformed(_))));
}

#[test]
fn candidates_that_no_block_may_hold_are_left_out() {
    let dir = TempDir::new().unwrap();
    let chain = Chain::create(dir.path(), &genesis_with("0x8f0d180"), engine()).unwrap();
    // 10 gas a zero byte (EIP-7623): six of 1,500,000 bytes fit the gas of a block, but not its 8 MiB.
    let mut candidates: Vec<_> = (0..6).map(|n| signed(n, 15_100_000, vec![0; 1_500_000].into())).collect();
    let blob = TxEip4844WithSidecar::<alloy_consensus::BlobTransactionSidecar>::default()
        .into_signed(Signature::test_signature());
    candidates.push(Recovered::new_unchecked(blob.into(), signer().address()));
    candidates.push(transfer(5));
    let built = chain.build(&at(101), &candidates).unwrap();
    assert_eq!(built.executed.block.body.transactions.len(), 6);
    assert!(matches!(built.rejected[..], [(5, Rejection::BytesFull { .. }), (6, Rejection::Sidecar)]));
    chain.execute(built.executed.block).unwrap();
}

#[test]
fn a_stale_block_is_not_committed() {
    let (_dir, chain) = chain();
    let (first, second) = (built(&chain), built(&chain));
    chain.commit(first).unwrap();
    let head = chain.head();
    assert!(matches!(chain.commit(second), Err(Error::Node(_))));
    assert_eq!(chain.head(), head);
}

#[test]
fn a_block_is_judged_on_one_head_while_others_are_committed() {
    let ((_a, producer), (_b, chain)) = (chain(), chain());
    let mut blocks = vec![];
    for n in 0..40u64 {
        let transfers: Vec<_> = (0..20).map(|i| transfer(20 * n + i)).collect();
        blocks.push(Solo.decide(&producer, &at(101 + n), &transfers).unwrap().executed.block);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for block in &blocks {
                chain.commit(chain.execute(block.clone()).unwrap()).unwrap();
            }
        });
        while let Some(next) = blocks.get(chain.head().number as usize) {
            match chain.execute(next.clone()) {
                Ok(_) => {}
                // It has been committed before this execution began.
                Err(Error::Invalid(Invalid::Field { field: "parent hash", .. })) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    });
    assert_eq!(chain.head(), producer.head());
}

#[test]
fn a_genesis_that_cannot_be_is_refused_with_a_reason() {
    let dir = TempDir::new().unwrap();
    for (json, word) in [
        (b"{".to_vec(), "EOF"),
        (br#"{"config":{"chainId":1,"isocortex":{"inferenceTime":0}},"gasLimit":"0x1","difficulty":"0x0","alloc":{}}"#.to_vec(), "isocortex"),
    ] {
        match Chain::create(dir.path().join("x"), &json, engine()) {
            Err(Error::Genesis(reason)) => assert!(reason.contains(word), "{reason}"),
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
}
