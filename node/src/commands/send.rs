//! `isocortex deploy` and `isocortex send`

use super::{DataDir, show_blocks};
use crate::{
    abi::{Contract, Data},
    accounts::Key,
    backend::Choice,
    chain,
    failure::{Failure, Verdict},
    sender::{Sender, TX_GAS},
    ui::Ui,
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use isocortex_consensus::Chain;
use serde_json::json;
use std::path::PathBuf;

/// Who sends, and how much.
#[derive(Debug, clap::Args)]
struct From {
    #[command(flatten)]
    data: DataDir,
    /// Who pays: 0 to 9 for a development account, a private key in hex, or @FILE
    #[arg(long)]
    key: Key,
    /// Wei to send along
    #[arg(long, default_value = "0")]
    value: U256,
    /// Gas limit; the transaction is then sent without being tried first [default: what a trial takes]
    #[arg(long, value_parser = clap::value_parser!(u64).range(21_000..=TX_GAS))]
    gas: Option<u64>,
}

/// Creates a contract from a compiler's JSON, in a block of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  isocortex deploy Classifier.json 0xMODEL 2 --data chain --key 0")]
pub struct DeployArgs {
    /// A JSON file with "abi" and "bytecode"
    #[arg(value_name = "CONTRACT.json")]
    contract: PathBuf,
    /// The constructor's arguments; @FILE stands for the bytes of a file
    #[arg(value_name = "ARG", allow_negative_numbers = true)]
    args: Vec<String>,
    #[command(flatten)]
    from: From,
}

/// Sends a transaction, in a block of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    isocortex send --data chain --key 0 --to 0xCONTRACT --sig 'classify(bytes)' @pixels.bin")]
pub struct SendArgs {
    /// The contract, or whom to pay
    #[arg(long)]
    to: Address,
    #[command(flatten)]
    call: Data,
    #[command(flatten)]
    from: From,
}

pub fn deploy(args: DeployArgs, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let code = Contract::read(&args.contract)?.init_code(&args.args)?;
    one(args.from, TxKind::Create, code, ui, choice)
}

pub fn send(args: SendArgs, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let data = args.call.encode()?;
    one(args.from, TxKind::Call(args.to), data, ui, choice)
}

fn one(from: From, to: TxKind, data: Bytes, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let chain: Chain = chain::open(&from.data.path, choice)?;
    let mut sender = Sender::new(&chain, from.key.0)?;
    let tx = match from.gas {
        Some(gas) => sender.sign(to, from.value, data, gas)?,
        None => sender
            .sign_tried(&chain, to, from.value, data)
            .map_err(|failure| failure.hint("nothing was sent; with --gas it is sent without being tried"))?,
    };
    let blocks = chain::seal_all(&chain, vec![tx])?;
    show_blocks(ui, &blocks, &[]);
    let tx = blocks.first().and_then(|block| block.transactions.first());
    if let Some(contract) = tx.and_then(|tx| tx.created) {
        ui.line(format_args!("contract {contract}"));
    }
    ui.document(&json!({ "blocks": blocks }))?;
    Ok(if tx.is_some_and(|tx| tx.success) { Verdict::Yes } else { Verdict::No })
}
