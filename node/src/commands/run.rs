//! `isocortex run`

use super::{DataDir, show_blocks};
use crate::{
    backend::Choice,
    chain::{self, Refused, Sealed, SealedTx, gas_of_each},
    failure::{Failure, Verdict},
    record::{BlockRecord, GenesisRecord, lines},
    ui::Ui,
};
use alloy_consensus::{TxReceipt, transaction::SignerRecoverable};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::Bytes;
use isocortex_consensus::{BlockApp, Chain, Executed, Recovered, TxEnvelope, validity};
use isocortex_vm::{Outcome, Pushed};
use revm::database_interface::WrapDatabaseRef;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;
use std::{fs::File, io::BufReader, path::PathBuf};

/// Seals transactions into blocks and imports blocks, in the order of a file's lines
#[derive(Debug, clap::Args)]
#[command(after_help = r#"The file has one JSON value a line:
  {"tx": "0x…"}                      a signed transaction, for the next block
  {"seal": {"timestamp": 1735689601}}  seal what is waiting; without a timestamp the parent's plus one
  {"block": "0x…"}                   a block in RLP, to execute and append
An export's lines are understood as well, so `isocortex run chain.jsonl` imports a chain.
Blocks that the chain has already are passed over, so that an import that was cut short goes on.
What still waits at the end is sealed. Exits 1 if a transaction or block is refused.

Example:
  isocortex upload model.iso --data chain --key 0 --out txs.jsonl && isocortex run txs.jsonl --data chain"#)]
pub struct Args {
    /// The file
    #[arg(value_name = "FILE.jsonl")]
    file: PathBuf,
    #[command(flatten)]
    data: DataDir,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Item {
    Tx(Bytes),
    Seal(SealItem),
    Block(BlockItem),
    Genesis(GenesisRecord),
    End(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealItem {
    timestamp: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BlockItem {
    Rlp(Bytes),
    Record(Box<BlockRecord>),
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let chain = chain::open(&args.data.path, choice)?;
    let file = File::open(&args.file).map_err(Failure::file(&args.file))?;
    let mut work = Work { chain: &chain, pool: vec![], blocks: vec![], known: 0, refused: vec![] };
    let bar = ui.spinner("running");
    let outcome = lines::<Item>(BufReader::new(file)).try_for_each(|item| {
        let (line, item) = item?;
        bar.set_message(format!("running line {line}"));
        work.item(item)
            .map_err(|failure| Failure { message: format!("line {line}: {}", failure.message), ..failure })
    });
    let outcome = outcome.and_then(|()| work.rest());
    bar.finish_and_clear();
    let Work { blocks, known, refused, .. } = work;
    if known > 0 {
        ui.line(format_args!("{known} block(s) are on the chain already"));
    }
    show_blocks(ui, &blocks, &refused);
    // What was sealed before a failure stays, and is shown.
    outcome.map_err(|failure| Failure {
        message: format!("{}: {}", args.file.display(), failure.message),
        ..failure
    })?;
    ui.document(&json!({ "head": chain.head().hash, "blocks": blocks, "known": known, "refused": refused }))?;
    Ok(if refused.is_empty() { Verdict::Yes } else { Verdict::No })
}

struct Work<'a> {
    chain: &'a Chain,
    pool: Vec<Recovered<TxEnvelope>>,
    blocks: Vec<Sealed>,
    /// Blocks of the file that were on the chain before.
    known: u64,
    refused: Vec<Refused>,
}

impl Work<'_> {
    fn item(&mut self, item: Item) -> Result<(), Failure> {
        match item {
            Item::Tx(raw) => {
                let tx = TxEnvelope::decode_2718_exact(&raw)
                    .map_err(|error| Failure::new(format_args!("not a signed transaction: {error}")))?;
                let sender =
                    tx.recover_signer().map_err(|error| Failure::new(format_args!("signature: {error}")))?;
                self.pool.push(Recovered::new_unchecked(tx, sender));
                Ok(())
            }
            Item::Seal(SealItem { timestamp }) => self.seal(timestamp),
            Item::Block(BlockItem::Rlp(rlp)) => self.import(&rlp),
            Item::Block(BlockItem::Record(record)) => self.import(&record.rlp),
            Item::Genesis(genesis) => {
                let ours = self.chain.store().genesis_hash().map_err(Failure::new)?;
                if genesis.hash == ours {
                    return Ok(());
                }
                Err(Failure::refused(format_args!(
                    "the blocks are of another chain: its genesis is {}, here it is {ours}",
                    genesis.hash
                ))
                .hint("start the chain with that genesis file: isocortex init --genesis FILE"))
            }
            Item::End(_) => Ok(()),
        }
    }

    fn seal(&mut self, timestamp: Option<u64>) -> Result<(), Failure> {
        let (block, refused) = chain::seal(self.chain, timestamp, &mut self.pool)?;
        self.blocks.push(block);
        self.refused.extend(refused);
        Ok(())
    }

    fn rest(&mut self) -> Result<(), Failure> {
        while !self.pool.is_empty() {
            self.seal(None)?;
        }
        Ok(())
    }

    fn import(&mut self, rlp: &[u8]) -> Result<(), Failure> {
        if !self.pool.is_empty() {
            return Err(Failure::new("transactions wait for a seal line before this block"));
        }
        let block = validity::decode(rlp).map_err(Failure::new)?;
        // An import that was cut short is run again from the file's beginning.
        let (number, hash) = (block.header.number, block.header.hash_slow());
        if self.chain.store().block_hash(number).map_err(Failure::new)? == Some(hash) {
            self.known += 1;
            return Ok(());
        }
        let executed = self.chain.execute(block)?;
        let header = &executed.block.header;
        let sealed = Sealed {
            number: header.number,
            hash: executed.hash,
            timestamp: header.timestamp,
            gas_used: header.gas_used,
            state_root: header.state_root,
            inferences: executed.transcript.len() as u64,
            transactions: if executed.receipts.iter().all(TxReceipt::status) {
                succeeded(&executed)
            } else {
                outcomes(self.chain, &executed.block)?
            },
        };
        self.chain.commit(executed)?;
        self.blocks.push(sealed);
        Ok(())
    }
}

/// The transactions of a block in which none failed.
fn succeeded(executed: &Executed) -> Vec<SealedTx> {
    let hashes = executed.block.body.transactions.iter().map(|tx| *tx.tx_hash());
    let outcome = |gas_used| Outcome::Success { gas_used, output: Bytes::new(), created: None, logs: vec![] };
    hashes
        .zip(gas_of_each(&executed.receipts))
        .map(|(hash, gas)| SealedTx::new(hash, &outcome(gas)))
        .collect()
}

/// What became of each transaction of a valid block, in words: receipts hold no reasons.
fn outcomes(chain: &Chain, block: &isocortex_consensus::Block) -> Result<Vec<SealedTx>, Failure> {
    let withdrawals = block.body.withdrawals.as_ref().map(|list| list.as_slice());
    let state = WrapDatabaseRef(chain.store());
    let mut builder = chain.vm().build_block(state, &block.header, withdrawals).map_err(Failure::new)?;
    let mut all = vec![];
    for tx in &block.body.transactions {
        let sender = tx.recover_signer().map_err(Failure::new)?;
        match builder.push(&Recovered::new_unchecked(tx.clone(), sender)).map_err(Failure::new)? {
            Pushed::Included(outcome) => all.push(SealedTx::new(*tx.tx_hash(), &outcome)),
            Pushed::Rejected(reason) => return Err(Failure::refused(reason)),
        }
    }
    Ok(all)
}
