//! `isocortex genesis`

use crate::{
    failure::{Failure, Verdict},
    genesis,
};
use std::io::Write;

/// Prints a geth-style genesis file: Osaka from the first block, inference and its opcodes on, and the ten
/// accounts that every Ethereum development tool knows, with 10,000 ether each
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  isocortex genesis > genesis.json\n  isocortex init --data chain --genesis genesis.json"
)]
pub struct Args {}

pub fn run(_: Args) -> Result<Verdict, Failure> {
    std::io::stdout().write_all(&genesis::dev_json()?).map_err(Failure::new)?;
    Ok(Verdict::Yes)
}
