//! `isocortex import`

use super::DataDir;
use crate::{
    backend::Choice,
    chain,
    failure::{Failure, Verdict},
    ui::{Ui, rate, thousands},
};
use isocortex_consensus::{Block, BlockApp, Chain, Recovered, TxEnvelope, validity};
use serde_json::json;
use std::{
    fs::File,
    io::{BufReader, Read},
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::Instant,
};

/// Blocks that are decoded, with their senders recovered, ahead of the one that executes.
const AHEAD: usize = 64;

/// Executes the blocks of a file and appends them: blocks in RLP one after another, as `geth export` writes them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Blocks that the chain has already are passed over, so that an import that was cut short goes on.
Exits 1 at the first block that breaks a rule; the blocks before it stay.

Example:
  isocortex init --data chain --genesis genesis.json && isocortex import chain.rlp --data chain")]
pub struct Args {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: DataDir,
}

/// A block that is ready to execute.
struct Ready {
    block: Block,
    transactions: Vec<Recovered<TxEnvelope>>,
    /// Where the file stands behind it.
    end: u64,
}

#[derive(Default)]
struct Done {
    blocks: u64,
    known: u64,
    transactions: u64,
    gas: u64,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let chain = chain::open(&args.data.path, choice)?;
    let file = File::open(&args.file).map_err(Failure::file(&args.file))?;
    let size = file.metadata().map_err(Failure::file(&args.file))?.len();
    let bar = ui.progress("importing (bytes)", size);
    let (start, mut done) = (Instant::now(), Done::default());
    let outcome = std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        let (chain, path) = (&chain, &args.file);
        scope.spawn(move || {
            let mut file = Counted { inner: BufReader::with_capacity(1 << 20, file), read: 0 };
            if let Err(failure) = feed(chain, &mut file, &sender) {
                let message = format!("{}: {}", path.display(), failure.message);
                // Nobody listens where the other side has failed before.
                let _nobody = sender.send(Err(Failure { message, ..failure }));
            }
        });
        execute(chain, &receiver, &mut done, |end| bar.set_position(end))
    });
    bar.finish_and_clear();
    let (head, Done { blocks, known, transactions, gas }) = (chain.head(), done);
    let time = start.elapsed();
    ui.line(format_args!(
        "{} blocks imported, {} on the chain already; {} transactions, {} gas, {} blocks a second",
        thousands(blocks),
        thousands(known),
        thousands(transactions),
        thousands(gas),
        rate(blocks, time),
    ));
    ui.line(format_args!("head {} {}, state root {}", head.number, head.hash, head.state_root));
    outcome?;
    ui.document(&json!({
        "blocks": blocks, "known": known, "transactions": transactions, "gas": gas,
        "number": head.number, "head": head.hash, "stateRoot": head.state_root,
    }))?;
    Ok(Verdict::Yes)
}

/// Reads blocks and recovers their senders, ahead of execution.
fn feed(
    chain: &Chain,
    file: &mut Counted<impl Read>,
    to: &SyncSender<Result<Ready, Failure>>,
) -> Result<(), Failure> {
    let mut number = 0u64;
    while let Some(rlp) = next_block(file).map_err(|error| error.at(file.read))? {
        number += 1;
        let name = |what: &dyn std::fmt::Display| Failure::new(format_args!("block record {number}: {what}"));
        let block = validity::decode(&rlp).map_err(|error| name(&error))?;
        let transactions =
            chain.recover(&block).map_err(|error| Failure { verdict: Verdict::No, ..name(&error) })?;
        if to.send(Ok(Ready { block, transactions, end: file.read })).is_err() {
            break;
        }
    }
    Ok(())
}

/// Executes, roots and commits, block by block.
fn execute(
    chain: &Chain,
    from: &Receiver<Result<Ready, Failure>>,
    done: &mut Done,
    progress: impl Fn(u64),
) -> Result<(), Failure> {
    for ready in from {
        let Ready { block, transactions, end } = ready?;
        let (number, hash) = (block.header.number, block.header.hash_slow());
        if chain.store().block_hash(number).map_err(Failure::new)? == Some(hash) {
            done.known += 1;
        } else {
            let named = |failure: Failure| Failure {
                message: format!("block {number} ({hash}): {}", failure.message),
                ..failure
            };
            let executed =
                chain.execute_recovered(block, &transactions).map_err(|error| named(error.into()))?;
            done.blocks += 1;
            done.transactions += transactions.len() as u64;
            done.gas = done.gas.saturating_add(executed.block.header.gas_used);
            chain.commit(executed).map_err(|error| named(error.into()))?;
        }
        progress(end);
    }
    Ok(())
}

/// A reader that knows how far it is.
struct Counted<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Counted<R> {
    fn exact(&mut self, bytes: &mut [u8]) -> Result<(), Cut> {
        self.inner.read_exact(bytes)?;
        self.read += bytes.len() as u64;
        Ok(())
    }
}

/// Why the file holds no further block.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("not a list in RLP: {0}")]
    Rlp(#[from] alloy_rlp::Error),
    #[error("a block of {0} bytes, the limit is {max}", max = validity::MAX_RLP_BYTES)]
    Long(usize),
}

impl Cut {
    fn at(self, offset: u64) -> Failure {
        Failure::new(format_args!("at byte {offset}: {self}"))
    }
}

/// The bytes of the next block, `None` at the end of the file.
fn next_block(file: &mut Counted<impl Read>) -> Result<Option<Vec<u8>>, Cut> {
    let mut head = vec![];
    if file.inner.by_ref().take(1).read_to_end(&mut head)? == 0 {
        return Ok(None);
    }
    file.read += 1;
    // From 0xf8 on that many bytes less 0xf7 give the list's length.
    head.resize(1 + head.first().map_or(0, |byte| usize::from(byte.saturating_sub(0xf7))), 0);
    file.exact(head.get_mut(1..).unwrap_or_default())?;
    let payload = payload_length(&head)?;
    if payload > validity::MAX_RLP_BYTES {
        return Err(Cut::Long(payload));
    }
    let start = head.len();
    head.resize(start + payload, 0);
    file.exact(head.get_mut(start..).unwrap_or_default())?;
    Ok(Some(head))
}

/// The length of the list that a head announces; the list itself is not there yet.
fn payload_length(head: &[u8]) -> Result<usize, alloy_rlp::Error> {
    match head {
        [short @ 0xc0..=0xf7] => Ok(usize::from(short - 0xc0)),
        [0xf8..=0xff, length @ ..] if length.len() <= 4 => {
            Ok(length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)))
        }
        [0xf8..=0xff, ..] => Err(alloy_rlp::Error::Overflow),
        _ => Err(alloy_rlp::Error::UnexpectedString),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Cut> {
        let mut file = Counted { inner: bytes, read: 0 };
        std::iter::from_fn(|| next_block(&mut file).transpose()).collect()
    }

    #[test]
    fn lists_one_after_another() {
        let long = [vec![0xf9, 0x01, 0x00], vec![1; 256]].concat();
        let file = [vec![0xc2, 1, 2], long.clone(), vec![0xc0]].concat();
        assert_eq!(blocks(&file).unwrap(), [vec![0xc2, 1, 2], long, vec![0xc0]]);
        assert!(matches!(blocks(&file[..200]), Err(Cut::Io(_))), "cut short");
        assert!(matches!(blocks(&[0x83, 1, 2, 3]), Err(Cut::Rlp(_))), "a string");
        assert!(matches!(blocks(&[0xfb, 0xff, 0xff, 0xff, 0xff]), Err(Cut::Long(_))));
        assert!(matches!(blocks(&[0xff; 12]), Err(Cut::Rlp(_))));
    }
}
