//! Opening a chain and sealing blocks on it.

use crate::{
    backend::{Choice, Kind},
    failure::Failure,
};
use alloy_primitives::{Address, B256, Bytes};
use isocortex_consensus::{Attributes, BlockApp, Built, Chain, ConsensusEngine, Recovered, Solo, TxEnvelope};
use isocortex_vm::{Outcome, Rejection};
use revm::context_interface::result::InvalidTransaction;
use serde::Serialize;
use std::path::Path;

/// Opens the chain in a directory.
///
/// # Errors
/// No chain there, one that another process has open, a backend that this machine lacks.
pub fn open(data: &Path, choice: Choice) -> Result<Chain, Failure> {
    if !data.join("CURRENT").exists() {
        let start = format!("start one with `isocortex init --data {}`", data.display());
        return Err(Failure::new(format_args!("there is no chain in {}", data.display())).hint(start));
    }
    Ok(Chain::open(data, choice.engine(Kind::Cpu)?)?)
}

/// A sealed block, for tables and `--json`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sealed {
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
    /// Gas that its transactions paid for.
    pub gas_used: u64,
    /// State root after it.
    pub state_root: B256,
    /// Number of inferences in it.
    pub inferences: u64,
    /// Its transactions.
    pub transactions: Vec<SealedTx>,
}

/// A transaction in a sealed block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SealedTx {
    /// Transaction hash.
    pub hash: B256,
    /// Gas that it paid for.
    pub gas_used: u64,
    /// Whether it returned.
    pub success: bool,
    /// Why not, where it did not and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The contract that it created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Address>,
    /// What it returned.
    #[serde(skip)]
    pub output: Bytes,
}

/// A transaction that is in no block.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// Transaction hash.
    pub hash: B256,
    /// The rule that refuses it.
    pub reason: String,
}

/// Why an execution did not return, in words.
pub fn explain(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Success { .. } => "success".into(),
        Outcome::Revert { reason: Some(reason), .. } => format!("reverted: {reason}"),
        Outcome::Revert { output, .. } if output.is_empty() => "reverted without a reason".into(),
        Outcome::Revert { output, .. } => format!("reverted with {output}"),
        Outcome::Halt { reason, gas_used } => format!("stopped after {gas_used} gas: {reason:?}"),
    }
}

/// Seals one block of those transactions of `pool` that the rules admit now. What has no room stays in `pool`.
///
/// `timestamp` is the parent's plus one if `None`: no clock, so that a run repeats.
///
/// # Errors
/// Unfit attributes, the node's fault.
pub fn seal(
    chain: &Chain,
    timestamp: Option<u64>,
    pool: &mut Vec<Recovered<TxEnvelope>>,
) -> Result<(Sealed, Vec<Refused>), Failure> {
    let head = chain.head_header()?;
    let attributes = Attributes {
        timestamp: timestamp.unwrap_or(head.timestamp.saturating_add(1)),
        beneficiary: head.beneficiary,
        ..Attributes::default()
    };
    let built = Solo.decide(chain, &attributes, pool)?;
    let progress = !built.outcomes.is_empty();
    let (mut kept, mut refused) = (vec![], vec![]);
    for (position, rejection) in &built.rejected {
        let Some(tx) = pool.get(*position) else { continue };
        // A nonce is too high where the transaction before it had no room.
        let waits = match rejection {
            Rejection::BlockFull { .. } | Rejection::BlobsFull { .. } | Rejection::BytesFull { .. } => {
                progress
            }
            Rejection::Invalid(InvalidTransaction::NonceTooHigh { .. }) => !kept.is_empty(),
            _ => false,
        };
        if waits {
            kept.push(tx.clone());
        } else {
            refused.push(Refused { hash: *tx.tx_hash(), reason: rejection.to_string() });
        }
    }
    *pool = kept;
    Ok((Sealed::from(&built), refused))
}

/// Seals blocks until `pool` is empty.
///
/// # Errors
/// [`Failure::refused`] for the first transaction that the rules refuse; blocks before it stay.
pub fn seal_all(chain: &Chain, mut pool: Vec<Recovered<TxEnvelope>>) -> Result<Vec<Sealed>, Failure> {
    let mut blocks = vec![];
    while !pool.is_empty() {
        let (block, refused) = seal(chain, None, &mut pool)?;
        blocks.push(block);
        if let Some(Refused { hash, reason }) = refused.first() {
            return Err(Failure::refused(format_args!("transaction {hash} is refused: {reason}")));
        }
    }
    Ok(blocks)
}

/// [`seal_all`], where every transaction must succeed.
///
/// # Errors
/// As [`seal_all`], and the first transaction that failed.
pub fn seal_good(chain: &Chain, pool: Vec<Recovered<TxEnvelope>>) -> Result<Vec<Sealed>, Failure> {
    let blocks = seal_all(chain, pool)?;
    for block in &blocks {
        if let Some(tx) = block.transactions.iter().find(|tx| !tx.success) {
            let reason = tx.reason.as_deref().unwrap_or("failed");
            let text = format!("transaction {} in block {} failed: {reason}", tx.hash, block.number);
            return Err(Failure::refused(text));
        }
    }
    Ok(blocks)
}

impl From<&Built> for Sealed {
    fn from(built: &Built) -> Self {
        let block = &built.executed.block;
        let transactions = block.body.transactions.iter().zip(&built.outcomes);
        Self {
            number: block.header.number,
            hash: built.executed.hash,
            timestamp: block.header.timestamp,
            gas_used: block.header.gas_used,
            state_root: block.header.state_root,
            inferences: built.executed.transcript.len() as u64,
            transactions: transactions.map(|(tx, outcome)| SealedTx::new(*tx.tx_hash(), outcome)).collect(),
        }
    }
}

impl SealedTx {
    /// What became of a transaction.
    pub fn new(hash: B256, outcome: &Outcome) -> Self {
        let (output, created) = match outcome {
            Outcome::Success { output, created, .. } => (output.clone(), *created),
            Outcome::Revert { output, .. } => (output.clone(), None),
            Outcome::Halt { .. } => (Bytes::new(), None),
        };
        let reason = (!outcome.is_success()).then(|| explain(outcome));
        Self { hash, gas_used: outcome.gas_used(), success: outcome.is_success(), reason, created, output }
    }
}

/// Each transaction's own gas, from the receipts' running totals.
pub fn gas_of_each<'a>(receipts: impl IntoIterator<Item = &'a alloy_consensus::ReceiptEnvelope>) -> Vec<u64> {
    let mut before = 0;
    let own = receipts.into_iter().map(|receipt| {
        let total = receipt.cumulative_gas_used();
        let own = total.saturating_sub(before);
        before = total;
        own
    });
    own.collect()
}
