//! Executing an exported chain again, from genesis, and comparing all that it claims.

use crate::{
    difference::{At, Difference, results},
    failure::Failure,
    record::{BlockRecord, GenesisRecord, Line, lines},
};
use alloy_consensus::transaction::SignerRecoverable;
use alloy_primitives::B256;
use isocortex_consensus::{Block, BlockApp, Chain, Error, Invalid, Recovered, TxEnvelope, validity};
use isocortex_precompiles::Engine;
use revm::database_interface::WrapDatabaseRef;
use serde::{Deserialize, Serialize};
use std::{fs::File, io::BufReader, path::Path, sync::Arc};

/// What a replay measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// Blocks that are equal.
    pub blocks: u64,
    /// Their transactions.
    pub transactions: u64,
    /// Their inferences.
    pub inferences: u64,
    /// Their gas.
    pub gas_used: u64,
    /// State root after the last of them.
    pub state_root: B256,
    /// The first thing that differs; the replay ends there.
    pub difference: Option<Difference>,
}

/// Replays an export in a store of its own below the system's folder for temporary files.
/// `progress` is told the number of each block that is equal.
///
/// # Errors
/// What kept it from measuring: an unreadable or truncated file, a fault of this node.
pub fn replay(path: &Path, engine: Arc<Engine>, progress: impl Fn(u64)) -> Result<Replayed, Failure> {
    let file = File::open(path).map_err(Failure::file(path))?;
    let name =
        |failure: Failure| Failure { message: format!("{}: {}", path.display(), failure.message), ..failure };
    let folder = tempfile::tempdir().map_err(|e| Failure::new(format_args!("a temporary folder: {e}")))?;
    let mut lines = lines::<Line>(BufReader::new(file));
    let Some((_, Line::Genesis(genesis))) = lines.next().transpose().map_err(name)? else {
        return Err(Failure::new(format_args!(
            "{} is no chain export: its first line is no genesis",
            path.display()
        )));
    };
    let json = serde_json::to_vec(&genesis.file).map_err(Failure::new)?;
    let chain = Chain::create(folder.path(), &json, engine)?;
    let mut done = Replayed { state_root: chain.head().state_root, ..Replayed::default() };
    done.difference = differs_at_genesis(&genesis, &chain);
    while done.difference.is_none() {
        let Some((line, value)) = lines.next().transpose().map_err(name)? else {
            let text = format!(
                "{} is cut short after block {}: the end line is missing",
                path.display(),
                done.blocks
            );
            return Err(Failure::new(text).hint("export the chain again"));
        };
        match value {
            Line::Genesis(_) => {
                return Err(Failure::new(format_args!("{}: line {line}: a second genesis", path.display())));
            }
            Line::Block(record) => match step(&chain, &record).map_err(name)? {
                Some(difference) => done.difference = Some(difference),
                None => {
                    done.blocks += 1;
                    done.transactions += record.transactions.len() as u64;
                    done.inferences += record.transcript.len() as u64;
                    done.gas_used = done.gas_used.saturating_add(record.gas_used);
                    done.state_root = record.state_root;
                    progress(record.number);
                }
            },
            Line::End(end) => {
                let head = chain.head();
                let at = At { block: head.number, ..At::default() };
                done.difference = at
                    .unequal("the last block's number", &end.number, &head.number)
                    .or_else(|| at.unequal("the last block's hash", &end.hash, &head.hash));
                if done.difference.is_none() && lines.next().is_some() {
                    return Err(Failure::new(format_args!(
                        "{}: line {line}: there is more after the end",
                        path.display()
                    )));
                }
                break;
            }
        }
    }
    Ok(done)
}

fn differs_at_genesis(genesis: &GenesisRecord, chain: &Chain) -> Option<Difference> {
    let (at, head) = (At::default(), chain.head());
    at.unequal("state root", &genesis.state_root, &head.state_root)
        .or_else(|| at.unequal("hash", &genesis.hash, &head.hash))
}

/// Executes one block on the head, and commits it where all is equal.
fn step(chain: &Chain, record: &BlockRecord) -> Result<Option<Difference>, Failure> {
    let block = validity::decode(&record.rlp)
        .map_err(|error| Failure::new(format_args!("block {}: its RLP: {error}", record.number)))?;
    let executed = match chain.execute(block.clone()) {
        Ok(executed) => executed,
        Err(Error::Invalid(invalid)) => return locate(chain, record, &block, &invalid).map(Some),
        Err(error) => return Err(error.into()),
    };
    let at = At { block: record.number, ..At::default() };
    let header = &executed.block.header;
    let difference = results(record, &executed.block, &executed.receipts, &executed.transcript)
        .or_else(|| at.unequal("gas used", &record.gas_used, &header.gas_used))
        .or_else(|| at.unequal("receipts root", &record.receipts_root, &header.receipts_root))
        .or_else(|| at.unequal("state root", &record.state_root, &header.state_root))
        .or_else(|| at.unequal("number", &record.number, &header.number))
        .or_else(|| at.unequal("hash", &record.hash, &executed.hash));
    if difference.is_none() {
        chain.commit(executed)?;
    }
    Ok(difference)
}

/// Says why a block is invalid, down to the call where one of its results differs from the record.
fn locate(
    chain: &Chain,
    record: &BlockRecord,
    block: &Block,
    invalid: &Invalid,
) -> Result<Difference, Failure> {
    let at = At { block: record.number, ..At::default() };
    let rule = match invalid {
        Invalid::Field { field, expected, got } => at.unequal(field, got, expected),
        Invalid::Transaction { index, reason } => {
            let at = At { transaction: Some(*index as u64), ..at };
            return Ok(at.difference("the transaction", "in the block", format_args!("a refusal: {reason}")));
        }
        Invalid::Malformed(_) | Invalid::Execution(_) | Invalid::Ommer(_) => None,
    };
    let rule = rule.unwrap_or_else(|| at.difference("the block", "valid", invalid));
    let Some(transactions) = senders(block) else { return Ok(rule) };
    let withdrawals = block.body.withdrawals.as_ref().map(|list| list.as_slice());
    let state = WrapDatabaseRef(chain.store());
    match chain.vm().execute_block(state, &block.header, withdrawals, &transactions) {
        Ok(output) => Ok(results(record, block, &output.receipts, &output.transcript).unwrap_or(rule)),
        Err(isocortex_vm::Error::Node(fault)) => Err(Failure::new(fault)),
        Err(_) => Ok(rule),
    }
}

fn senders(block: &Block) -> Option<Vec<Recovered<TxEnvelope>>> {
    let sender = |tx: &TxEnvelope| Some(Recovered::new_unchecked(tx.clone(), tx.recover_signer().ok()?));
    block.body.transactions.iter().map(sender).collect()
}
