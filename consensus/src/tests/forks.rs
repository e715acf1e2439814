//! A chain that goes through every fork. Headers are filled in from what the rules say they must be; what is
//! asserted is from the Yellow Paper and the EIPs, by hand.

use super::{engine, signer};
use crate::{Attributes, Block, BlockApp, Chain, Error, Executed, Invalid, Recovered, TxEnvelope};
use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Eip658Value, Header, ReceiptEnvelope, SignableTransaction,
    TxLegacy, TxReceipt, proofs,
};
use alloy_eips::{eip4895::Withdrawal, eip7685::EMPTY_REQUESTS_HASH};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address};
use alloy_signer::SignerSync;
use isocortex_vm::{Rejection, genesis::system_accounts};
use tempfile::TempDir;

const MINER: Address = Address::repeat_byte(0x31);
const OTHER_MINER: Address = Address::repeat_byte(0x32);
const EMPTY: Address = Address::repeat_byte(0xee);
const DAO_CHILD: Address = address!("d4fe7bc31cedb7bfb8a345f31e668033056b2728");
const DAO_REFUND: Address = address!("bf4ed7b27f1d666546e30d74d50d173d20bca754");
const PARIS: u64 = 10;
const ETHER: u64 = 1_000_000_000_000_000_000;

/// Homestead in block 1 and so on: a fork a block up to London in 8, Paris in 10, Shanghai in 11 to Osaka in 14.
fn chain() -> (TempDir, Chain) {
    let mut alloc = serde_json::Map::new();
    for (address, account) in system_accounts() {
        alloc.insert(address.to_string(), serde_json::to_value(account).unwrap());
    }
    alloc.insert(signer().address().to_string(), serde_json::json!({ "balance": "0xde0b6b3a7640000" }));
    alloc.insert(DAO_CHILD.to_string(), serde_json::json!({ "balance": "0x4d" }));
    let genesis = serde_json::json!({
        "config": {
            "chainId": 1337, "homesteadBlock": 1, "daoForkBlock": 2, "daoForkSupport": true, "eip150Block": 2,
            "eip155Block": 3, "eip158Block": 3, "byzantiumBlock": 4, "constantinopleBlock": 5, "petersburgBlock": 5,
            "istanbulBlock": 6, "berlinBlock": 7, "londonBlock": 8, "terminalTotalDifficulty": "0x10",
            "mergeNetsplitBlock": PARIS, "shanghaiTime": 110, "cancunTime": 120, "pragueTime": 130, "osakaTime": 140,
        },
        "gasLimit": "0x1c9c380", "difficulty": "0x20000", "alloc": alloc,
    });
    let dir = TempDir::new().unwrap();
    let chain = Chain::create(dir.path(), &serde_json::to_vec(&genesis).unwrap(), engine()).unwrap();
    (dir, chain)
}

/// The next block with nothing in it, as far as it can be told without executing it.
fn next(chain: &Chain) -> Block {
    let parent = chain.head_header().unwrap();
    let number = parent.number + 1;
    let since = |fork: u64| number >= fork;
    let header = Header {
        parent_hash: chain.head().hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        transactions_root: EMPTY_ROOT_HASH,
        beneficiary: MINER,
        difficulty: U256::from(if since(PARIS) { 0 } else { 131_072 }),
        number,
        gas_limit: parent.gas_limit * if number == 8 { 2 } else { 1 },
        timestamp: 10 * number,
        extra_data: if (2..12).contains(&number) {
            Bytes::from_static(b"dao-hard-fork")
        } else {
            Bytes::new()
        },
        base_fee_per_gas: since(8).then_some(1_000_000_000),
        withdrawals_root: since(11).then_some(EMPTY_ROOT_HASH),
        blob_gas_used: since(12).then_some(0),
        excess_blob_gas: since(12).then_some(0),
        parent_beacon_block_root: since(12).then_some(B256::ZERO),
        requests_hash: since(13).then_some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    };
    let mut block = Block { header, body: Default::default() };
    block.body.withdrawals = since(11).then(Default::default);
    block
}

/// Fills in what follows from the body and from execution.
fn finished(chain: &Chain, mut block: Block) -> Executed {
    let h = &mut block.header;
    h.transactions_root = proofs::calculate_transaction_root(&block.body.transactions);
    h.ommers_hash = proofs::calculate_ommers_root(&block.body.ommers);
    h.withdrawals_root =
        block.body.withdrawals.as_deref().map(|list| proofs::calculate_withdrawals_root(list));
    loop {
        let (field, expected) = match chain.execute(block.clone()) {
            Ok(executed) => return executed,
            Err(Error::Invalid(Invalid::Field { field, expected, .. })) => (field, expected),
            Err(other) => panic!("{other:?}"),
        };
        let h = &mut block.header;
        match field {
            "base fee" if h.number > 8 => h.base_fee_per_gas = Some(expected.parse().unwrap()),
            "gas used" => h.gas_used = expected.parse().unwrap(),
            "receipts root" => h.receipts_root = expected.parse().unwrap(),
            "state root" => h.state_root = expected.parse().unwrap(),
            _ => panic!("block {}: {field} must be {expected}", h.number),
        }
    }
}

/// A transfer of `value` at no price, as blocks before London take it.
fn legacy(nonce: u64, value: u64, chain_id: Option<u64>, gas_price: u128) -> TxEnvelope {
    let tx = TxLegacy {
        chain_id,
        nonce,
        gas_price,
        gas_limit: 21_000,
        to: TxKind::Call(EMPTY),
        value: U256::from(value),
        input: Bytes::new(),
    };
    let signature = signer().sign_hash_sync(&tx.signature_hash()).unwrap();
    tx.into_signed(signature).into()
}

fn balance(chain: &Chain, of: Address) -> U256 {
    chain.store().account(of).unwrap().map(|account| account.balance).unwrap_or_default()
}

fn refused(chain: &Chain, block: Block) -> Invalid {
    match chain.execute(block) {
        Err(Error::Invalid(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chain_from_frontier_to_osaka() {
    let (_dir, chain) = chain();
    assert_eq!(chain.head_header().unwrap().base_fee_per_gas, None, "a genesis of Frontier");
    let mut ommer = Header::default();
    for number in 1..=14u64 {
        let mut block = next(&chain);
        match number {
            // An empty account comes to be before EIP-161, and goes when it is touched after.
            1 => block.body.transactions.push(legacy(0, 0, None, 0)),
            3 => block.body.transactions.push(legacy(1, 0, Some(1337), 0)),
            4 => block.body.transactions.push(legacy(2, 0, Some(1337), 0)),
            5 => ommer = Header { beneficiary: OTHER_MINER, ..finished(&chain, block.clone()).block.header },
            6 => block.body.ommers.push(ommer.clone()),
            11 => {
                let to = Withdrawal { amount: 7, address: EMPTY, ..Default::default() };
                block.body.withdrawals = Some(vec![to].into());
            }
            _ => {}
        }
        if number < 13 {
            let attributes = Attributes { timestamp: 10 * number, ..Default::default() };
            assert!(matches!(chain.build(&attributes, &[]), Err(Error::Invalid(Invalid::Execution(_)))));
        }
        let executed = finished(&chain, block);
        let receipts = executed.receipts.clone();
        let root = executed.block.header.state_root;
        chain.commit(executed).unwrap();
        match number {
            1 => {
                assert!(chain.store().account(EMPTY).unwrap().unwrap().is_empty());
                // The miner's reward comes after: the receipt's root is not the block's.
                let ReceiptEnvelope::Legacy(receipt) = &receipts[0] else { panic!("{receipts:?}") };
                assert!(matches!(receipt.receipt.status, Eip658Value::PostState(got) if got != root));
            }
            2 => assert_eq!(
                (balance(&chain, DAO_CHILD), balance(&chain, DAO_REFUND)),
                (U256::ZERO, U256::from(77))
            ),
            3 => assert_eq!(chain.store().account(EMPTY).unwrap(), None),
            4 => assert_eq!(receipts[0].status_or_post_state(), Eip658Value::Eip658(true)),
            11 => assert_eq!(balance(&chain, EMPTY), U256::from(7_000_000_000u64)),
            _ => {}
        }
    }
    // 5 ether thrice, 3 in Byzantium, 2 in blocks 5 to 9, and a 32nd of 2 for the uncle; none from Paris on.
    assert_eq!(balance(&chain, MINER), U256::from(ETHER) * U256::from(28) + U256::from(ETHER / 16));
    // Seven eighths of 2 for an uncle one block old.
    assert_eq!(balance(&chain, OTHER_MINER), U256::from(ETHER / 4 * 7));
    let built = chain.build(&Attributes { timestamp: 151, ..Default::default() }, &[]).unwrap();
    assert_eq!(built.executed.block.header.number, 15);
    chain.store().verify().unwrap();
    assert!(matches!(chain.decided(1).unwrap().unwrap().receipts[0], ReceiptEnvelope::Legacy(_)));
}

#[test]
fn uncles_are_judged() {
    let (_dir, chain) = chain();
    let mut siblings = vec![];
    for _ in 1..=9 {
        let executed = finished(&chain, next(&chain));
        siblings.push(Header { beneficiary: OTHER_MINER, ..executed.block.header.clone() });
        // Before the last block, so that the next one may still include uncles.
        if siblings.len() < 9 {
            let mut block = executed.block.clone();
            if siblings.len() == 4 {
                block.body.ommers.push(siblings[2].clone());
            }
            chain.commit(finished(&chain, block)).unwrap();
        }
    }
    let with = |ommers: Vec<Header>| {
        let mut block = next(&chain);
        block.header.ommers_hash = proofs::calculate_ommers_root(&ommers);
        // EIP-1559: an eighth less after an empty block.
        block.header.base_fee_per_gas = Some(875_000_000);
        block.body.ommers = ommers;
        refused(&chain, block)
    };
    let ancestor = chain.decided(7).unwrap().unwrap().block.header;
    let broken = Header { gas_used: u64::MAX, ..siblings[7].clone() };
    for (ommers, words) in [
        (vec![siblings[5].clone(), siblings[6].clone(), siblings[7].clone()], "at most 2"),
        (vec![siblings[7].clone(), siblings[7].clone()], "included already"),
        (vec![siblings[2].clone()], "included already"),
        (vec![ancestor], "is an ancestor"),
        (vec![siblings[8].clone()], "is a sibling"),
        (vec![siblings[0].clone()], "no parent"),
        (vec![broken], "gas used"),
    ] {
        let reason = with(ommers).to_string();
        assert!(reason.contains(words), "{words}: {reason}");
    }
    let mut block = next(&chain);
    block.body.ommers = vec![siblings[7].clone(), siblings[3].clone()];
    finished(&chain, block);
}

#[test]
fn signatures_of_old_forks() {
    let (_dir, chain) = chain();
    let with = |tx: TxEnvelope| {
        let mut block = next(&chain);
        block.body.transactions = vec![tx];
        block.header.transactions_root = proofs::calculate_transaction_root(&block.body.transactions);
        block
    };
    let protected = refused(&chain, with(legacy(0, 0, Some(1337), 0)));
    assert!(matches!(protected, Invalid::Transaction { index: 0, reason: Rejection::Protected }));
    // EIP-2: the other of the two values of s, which Frontier would take, block 1 (Homestead) refuses.
    let TxEnvelope::Legacy(signed) = legacy(0, 0, None, 0) else { panic!("not legacy") };
    let order = U256::from_str_radix("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    let signature = signed.signature();
    let high =
        alloy_primitives::Signature::new(signature.r(), order.unwrap() - signature.s(), !signature.v());
    let tx: TxEnvelope = signed.tx().clone().into_signed(high).into();
    let sender = |block: &Block| chain.recover(block).map(|txs: Vec<Recovered<TxEnvelope>>| txs[0].signer());
    let mut block = with(tx);
    let reason = sender(&block).unwrap_err();
    assert!(matches!(reason, Invalid::Transaction { index: 0, reason: Rejection::Signature(_) }));
    block.header.number = 0;
    assert_eq!(sender(&block).unwrap(), signer().address());
}
