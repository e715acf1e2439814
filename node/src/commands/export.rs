//! `isocortex export`

use super::DataDir;
use crate::{
    backend::{Choice, Kind},
    chain,
    failure::{Failure, Verdict},
    record,
    ui::Ui,
};
use isocortex_consensus::{BlockApp, Chain};
use serde_json::json;
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// Writes a chain to a file that anybody can replay: the genesis, each block with its roots, gas and inferences
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  isocortex export --data chain --out chain.jsonl && isocortex replay chain.jsonl"
)]
pub struct Args {
    #[command(flatten)]
    data: DataDir,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    // Nothing is computed, so that any backend serves.
    let choice = Choice { kind: choice.kind.or(Some(Kind::Reference)), ..choice };
    let chain = chain::open(&args.data.path, choice)?;
    let end = write(&chain, &args.out, ui)?;
    ui.line(format_args!("{} blocks in {}, the last is {}", end.number, args.out.display(), end.hash));
    ui.document(&json!({ "out": args.out, "blocks": end.number, "hash": end.hash }))?;
    Ok(Verdict::Yes)
}

/// Exports a chain to a file.
///
/// # Errors
/// A store that cannot be read, a file that cannot be written.
pub fn write(chain: &Chain, out: &Path, ui: Ui) -> Result<record::EndRecord, Failure> {
    let bar = ui.progress("exporting", chain.head().number);
    let mut file = BufWriter::new(File::create(out).map_err(Failure::file(out))?);
    let end = record::export(chain, &mut file, |number| bar.set_position(number))?;
    file.flush().map_err(Failure::file(out))?;
    bar.finish_and_clear();
    Ok(end)
}
