//! The lines of a chain export.
//!
//! A text file of JSON values, one a line: first `genesis`, then one `block` a block in order, at last `end`.
//! Whatever is in it besides the genesis and the blocks' RLP is a claim that a replay confirms.

use crate::{chain::gas_of_each, failure::Failure};
use alloy_primitives::{B256, Bytes};
use isocortex_consensus::{BlockApp, Chain, Decided};
use isocortex_vm::Entry;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Read, Write};

/// The longest line: a block of 8 MiB in hex, and as much again for its transcript and the rest.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// The genesis file, and the block that it makes.
    Genesis(GenesisRecord),
    /// A block, and what it led to.
    Block(Box<BlockRecord>),
    /// The last line. A file without it was cut short.
    End(EndRecord),
}

/// Block 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisRecord {
    /// The genesis file's JSON.
    pub file: serde_json::Value,
    /// Hash of block 0.
    pub hash: B256,
    /// State root of block 0.
    pub state_root: B256,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockRecord {
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// State root after it.
    pub state_root: B256,
    /// Root of its receipts.
    pub receipts_root: B256,
    /// Gas that its transactions paid for.
    pub gas_used: u64,
    /// Its transactions.
    pub transactions: Vec<TxRecord>,
    /// Its inferences.
    pub transcript: Vec<Entry>,
    /// The block.
    pub rlp: Bytes,
}

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TxRecord {
    /// Transaction hash.
    pub hash: B256,
    /// Gas that it paid for.
    pub gas_used: u64,
    /// Whether it returned.
    pub success: bool,
}

/// The end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRecord {
    /// Number of the last block.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
}

impl From<&Decided> for BlockRecord {
    fn from(decided: &Decided) -> Self {
        let Decided { block, hash, receipts, transcript } = decided;
        let transactions = block.body.transactions.iter().zip(receipts).zip(gas_of_each(receipts));
        Self {
            number: block.header.number,
            hash: *hash,
            state_root: block.header.state_root,
            receipts_root: block.header.receipts_root,
            gas_used: block.header.gas_used,
            transactions: transactions
                .map(|((tx, receipt), gas_used)| TxRecord {
                    hash: *tx.tx_hash(),
                    gas_used,
                    success: receipt.status(),
                })
                .collect(),
            transcript: transcript.clone(),
            rlp: alloy_rlp::encode(block).into(),
        }
    }
}

/// Writes a whole chain. `progress` is told the number of each block that is written.
///
/// # Errors
/// A store that cannot be read, a file that cannot be written.
pub fn export(chain: &Chain, to: &mut impl Write, progress: impl Fn(u64)) -> Result<EndRecord, Failure> {
    let head = chain.head();
    let mut write = |line: &Line| -> Result<(), Failure> {
        let text = serde_json::to_string(line).map_err(Failure::new)?;
        writeln!(to, "{text}").map_err(|error| Failure::new(format_args!("cannot write the export: {error}")))
    };
    let file = serde_json::from_slice(&chain.genesis_json()?).map_err(Failure::new)?;
    let first = stored(chain, 0)?;
    write(&Line::Genesis(GenesisRecord {
        file,
        hash: first.hash,
        state_root: first.block.header.state_root,
    }))?;
    for number in 1..=head.number {
        write(&Line::Block(Box::new(BlockRecord::from(&stored(chain, number)?))))?;
        progress(number);
    }
    let end = EndRecord { number: head.number, hash: head.hash };
    write(&Line::End(end.clone()))?;
    Ok(end)
}

fn stored(chain: &Chain, number: u64) -> Result<Decided, Failure> {
    chain.decided(number)?.ok_or_else(|| Failure::new(format_args!("block {number} is not in the store")))
}

/// Reads lines of JSON with their numbers, counted from 1. Empty lines are skipped.
pub fn lines<T: for<'a> Deserialize<'a>>(
    mut from: impl BufRead,
) -> impl Iterator<Item = Result<(u64, T), Failure>> {
    let mut number = 0;
    let mut next = move || -> Result<Option<(u64, T)>, Failure> {
        loop {
            let mut line = vec![];
            number += 1;
            let wrong = |reason: String| Failure::new(format_args!("line {number}: {reason}"));
            from.by_ref()
                .take(MAX_LINE + 1)
                .read_until(b'\n', &mut line)
                .map_err(|error| wrong(error.to_string()))?;
            if line.is_empty() {
                return Ok(None);
            }
            if line.len() as u64 > MAX_LINE {
                return Err(wrong(format!("longer than {MAX_LINE} bytes")));
            }
            if !line.trim_ascii().is_empty() {
                let value = serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))?;
                return Ok(Some((number, value)));
            }
        }
    };
    let mut over = false;
    std::iter::from_fn(move || {
        if over {
            return None;
        }
        let item = next().transpose();
        over = !matches!(item, Some(Ok(_)));
        item
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_the_first_bad_one_is_the_last() {
        let text = b"1\n\n2\nx\n3\n";
        let read: Vec<_> = lines::<u8>(&text[..]).map(|item| item.map_err(|e| e.message)).collect();
        assert_eq!(read[..2], [Ok((1, 1)), Ok((3, 2))]);
        assert!(read[2].as_ref().unwrap_err().starts_with("line 4:"), "{read:?}");
        assert_eq!(read.len(), 3);
    }
}
