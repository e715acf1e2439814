//! The blocks: a state each, and the transactions on it.

mod asm;
mod contracts;
mod transfers;
mod worst;

use crate::{Chain, World};
use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope, transaction::Recovered};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256, keccak256};

/// A block on a state.
#[derive(Clone, Debug)]
pub struct Workload {
    /// What it is called in the table.
    pub name: &'static str,
    /// The state before it.
    pub world: World,
    /// Its transactions, senders known.
    pub transactions: Vec<Recovered<TxEnvelope>>,
}

/// Makes a workload: they are large, so one is made at a time.
pub type Make = fn(&Chain) -> Workload;

/// All of them, in the order of the table.
pub const ALL: [Make; 22] = [
    transfers::cold,
    transfers::warm,
    contracts::erc20,
    contracts::exchange,
    contracts::ray_tracer,
    worst::sload,
    worst::sstore,
    worst::sstore_new,
    worst::balance,
    worst::extcodesize,
    worst::call_empty,
    worst::calldata,
    worst::keccak,
    worst::jumpdest,
    worst::mulmod,
    worst::create_large,
    worst::create_many,
    worst::ecrecover,
    worst::modexp_short,
    worst::modexp_long,
    worst::pairing,
    worst::point_evaluation,
];

/// One of many accounts that differ in all their bytes.
fn person(n: u64) -> Address {
    Address::from_word(keccak256(n.to_be_bytes()))
}

/// What a transaction says besides its fees.
struct Send {
    from: Address,
    nonce: u64,
    to: Address,
    value: u64,
    input: Bytes,
    gas: u64,
}

impl Send {
    /// Signed by nobody: recovering senders is not what is timed.
    fn sign(self) -> Recovered<TxEnvelope> {
        let tx = TxEip1559 {
            chain_id: 1,
            nonce: self.nonce,
            gas_limit: self.gas,
            max_fee_per_gas: 10,
            max_priority_fee_per_gas: 1,
            to: TxKind::Call(self.to),
            value: U256::from(self.value),
            input: self.input,
            ..TxEip1559::default()
        };
        Recovered::new_unchecked(tx.into_signed(Signature::test_signature()).into(), self.from)
    }
}
