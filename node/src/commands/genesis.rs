//! `isocortex genesis`

use crate::{
    failure::{Failure, Verdict},
    genesis, ui,
};

/// Prints a geth-style genesis file: Osaka from the first block, inference and its opcodes on, and the ten
/// accounts that every Ethereum development tool knows, with 10,000 ether each
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  isocortex genesis > genesis.json\n  isocortex init --data chain --genesis genesis.json"
)]
pub struct Args {}

pub fn run(_: Args) -> Result<Verdict, Failure> {
    ui::put(String::from_utf8_lossy(&genesis::dev_json()?).trim_end());
    Ok(Verdict::Yes)
}
