//! One file a command: its arguments, and a function that does it.

pub mod call;
pub mod convert;
pub mod db;
pub mod devices;
pub mod export;
pub mod genesis;
pub mod import;
pub mod init;
pub mod model;
pub mod replay;
pub mod run;
pub mod send;
pub mod test_vectors;
pub mod upload;

use crate::{
    chain::{Refused, Sealed},
    ui::{Rows, Ui, short, thousands},
};
use std::path::PathBuf;

/// Where the chain is.
#[derive(Clone, Debug, clap::Args)]
pub struct DataDir {
    /// Directory of the chain
    #[arg(long = "data", value_name = "DIR")]
    pub path: PathBuf,
}

/// A table of sealed or imported blocks, and a line for each transaction that failed or is in none.
pub fn show_blocks(ui: Ui, blocks: &[Sealed], refused: &[Refused]) {
    if !blocks.is_empty() {
        let mut rows = Rows::new(&["#block", "#txs", "#inferences", "#gas", "state root", "hash"]);
        for block in blocks {
            rows.row([
                block.number.to_string(),
                block.transactions.len().to_string(),
                block.inferences.to_string(),
                thousands(block.gas_used),
                short(block.state_root),
                short(block.hash),
            ]);
        }
        ui.table(rows);
    }
    for block in blocks {
        for (index, tx) in block.transactions.iter().enumerate().filter(|(_, tx)| !tx.success) {
            let reason = tx.reason.as_deref().unwrap_or("failed");
            ui.line(format_args!("block {}, transaction {index} ({}): {reason}", block.number, tx.hash));
        }
    }
    for Refused { hash, reason } in refused {
        ui.line(format_args!("transaction {hash} is in no block: {reason}"));
    }
}
