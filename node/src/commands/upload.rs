//! `isocortex upload`

use super::{DataDir, model::read, show_blocks};
use crate::{
    accounts::Key,
    backend::Choice,
    chain,
    failure::{Failure, Verdict},
    sender::Sender,
    ui::Ui,
    upload,
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::hex;
use serde_json::json;
use std::{fs, path::PathBuf};

/// Puts a model on chain: a transaction for each chunk of its weights and one for its header, then its
/// registration. Each is tried before it is signed, and sealed into a block of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  isocortex upload model.iso --data chain --key 0")]
pub struct Args {
    /// The model
    #[arg(value_name = "FILE.iso")]
    model: PathBuf,
    #[command(flatten)]
    data: DataDir,
    /// Who pays and becomes the author: 0 to 9 for a development account, a private key in hex, or @FILE
    #[arg(long)]
    key: Key,
    /// Write the signed transactions to a file for `isocortex run`, and seal nothing
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let artifact = read(&args.model)?;
    let chain = chain::open(&args.data.path, choice)?;
    let mut sender = Sender::new(&chain, args.key.0)?;
    let model = artifact.id();
    if let Some(out) = &args.out {
        let txs = upload::signed(&mut sender, &artifact)?;
        let lines = txs
            .iter()
            .map(|tx| json!({ "tx": hex::encode_prefixed(tx.inner().encoded_2718()) }).to_string() + "\n");
        fs::write(out, lines.collect::<String>()).map_err(Failure::file(out))?;
        ui.line(format_args!(
            "{} transactions in {}; seal them with `isocortex run`",
            txs.len(),
            out.display()
        ));
        ui.document(&json!({ "model": model, "transactions": txs.len(), "out": out }))?;
        return Ok(Verdict::Yes);
    }
    let bar = ui.progress("uploading", upload::puts(&artifact).len() as u64 + 1);
    let blocks = upload::upload(&chain, &mut sender, &artifact, &bar)?;
    bar.finish_and_clear();
    let gas = upload::inference_gas(&chain, model)?;
    show_blocks(ui, &blocks, &[]);
    ui.line(format_args!("model {model} is registered; an inference takes {gas} gas"));
    ui.document(&json!({ "model": model, "inferenceGas": gas, "blocks": blocks }))?;
    Ok(Verdict::Yes)
}
