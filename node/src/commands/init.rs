//! `isocortex init`

use super::DataDir;
use crate::{
    accounts,
    backend::{Choice, Kind},
    failure::{Failure, Verdict},
    genesis,
    ui::{BOLD, Rows, Ui},
};
use isocortex_consensus::{BlockApp, Chain};
use serde_json::json;
use std::path::PathBuf;

/// Starts a chain in a directory, from a genesis file or as a development chain
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  isocortex init --data chain")]
pub struct Args {
    #[command(flatten)]
    data: DataDir,
    /// A geth-style genesis file [default: what `isocortex genesis` prints]
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let json = match &args.genesis {
        Some(path) => Failure::read(path)?,
        None => genesis::dev_json()?,
    };
    if args.data.path.join("CURRENT").exists() {
        let text = format!("{} already holds a chain; it was left as it is", args.data.path.display());
        return Err(Failure::new(text).hint("choose another --data, or delete the directory"));
    }
    let chain = Chain::create(&args.data.path, &json, choice.engine(Kind::Cpu)?)?;
    let (head, chain_id) = (chain.head(), chain.spec().chain_id());
    ui.table(Rows::pairs([
        ("chain", args.data.path.display().to_string()),
        ("chain id", chain_id.to_string()),
        ("genesis hash", head.hash.to_string()),
        ("state root", head.state_root.to_string()),
    ]));
    if args.genesis.is_none() {
        ui.line(format_args!(
            "\n{BOLD}Development accounts, NOT SECRET{BOLD:#}: everybody has these keys (mnemonic \"{}\").",
            accounts::MNEMONIC
        ));
        ui.line("key  address                                     private key");
        for (index, (signer, key)) in accounts::dev()?.iter().zip(accounts::DEV_KEYS).enumerate() {
            ui.line(format_args!("{index:3}  {}  {key}", signer.address()));
        }
    }
    ui.document(&json!({
        "data": args.data.path, "chainId": chain_id, "genesisHash": head.hash, "stateRoot": head.state_root,
    }))?;
    Ok(Verdict::Yes)
}
