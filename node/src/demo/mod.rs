//! `isocortex demo`: the other commands' functions in a row, on two real models.

mod answers;
mod classify;
mod files;
mod publish;
mod rows;
mod tested;
mod verify;

use crate::{
    backend::{Choice, Kind},
    failure::{Failure, Verdict},
    memory,
    ui::{DIM, GOOD, Rows, Ui, percent},
};
use files::Folder;
use isocortex_consensus::BlockApp;
use isocortex_convert::Evaluation;
use serde_json::json;
use std::{path::PathBuf, time::Instant};

/// The whole way on two trained networks: ONNX to integers, weights on chain, a Solidity contract that classifies
/// photographs in transactions and keeps the answers, and a second process that replays the chain bit for bit.
/// No network, no clock, fixed keys: block hashes repeat from run to run
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  isocortex demo --dir demo --images 100\n\n\
    Exit status: 0 all as it must be; 1 something differs; 2 something could not be measured.")]
pub struct Args {
    /// Work in this directory and leave everything there [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How many of the 500 test images go through blocks
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=500))]
    images: u64,
    /// 40 images
    #[arg(long, conflicts_with = "images")]
    quick: bool,
    /// Leave the temporary directory in place
    #[arg(long)]
    keep: bool,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let started = Instant::now();
    let images = if args.quick { 40 } else { args.images as usize };
    let folder = Folder::new(args.dir.as_deref(), args.keep)?;
    files::write(folder.path())?;
    let backend = choice.open(Kind::Cpu)?;
    ui.line(format_args!("{DIM}in {}, on backend {}{DIM:#}", folder.path().display(), backend.name()));

    ui.heading("1  From ONNX to integers");
    let fashion = tested::convert(&files::FASHION, images, &folder, &*backend, ui)?;
    let cancer = tested::convert(&files::CANCER, 200, &folder, &*backend, ui)?;

    ui.heading("2  On chain");
    let published = publish::run(&folder, [&fashion, &cancer], choice, ui)?;
    let chain = &published.chain;

    ui.heading(format_args!("3  The contract classifies {images} photographs in transactions"));
    let run = classify::photographs(&published, &fashion, &*backend, folder.path(), ui)?;
    let rows = rows::rows(&published, &cancer, &*backend, ui)?;

    ui.heading("4  What the chain says");
    answers::show(&run, &fashion, ui);
    ui.line(run.throughput());
    let on_chain = accuracy(&run, &fashion, &rows, &cancer, ui)?;

    ui.heading("5  Does a second process agree?");
    let head = chain.head();
    let replays = verify::run(published.chain, &folder, ui)?;
    ui.heading(format_args!("{GOOD}All of it holds.{GOOD:#}"));
    ui.table(Rows::pairs([
        ("last block", format!("{} {}", head.number, head.hash)),
        ("last state root", head.state_root.to_string()),
        ("time", format!("{} s", started.elapsed().as_secs())),
        ("peak memory", memory::peak()),
    ]));
    if let Some(kept) = folder.kept() {
        ui.line(format_args!("everything is in {}; try:", kept.display()));
        let dir = kept.display();
        ui.line(format_args!("  isocortex model show {dir}/fashion-mnist.iso"));
        ui.line(format_args!(
            "  isocortex call --data {dir}/chain --to {} --sig 'answers(uint256) returns (uint64,uint64,bytes)' 0",
            published.contract
        ));
    }
    ui.document(&json!({
        "models": [fashion.document(), cancer.document()], "contract": published.contract, "run": run.document(),
        "rows": rows.document(), "accuracy": on_chain, "head": { "number": head.number, "hash": head.hash,
        "stateRoot": head.state_root }, "replays": replays, "peakMemoryKib": memory::peak_kib(),
    }))?;
    Ok(Verdict::Yes)
}

/// Compares the answers on chain with the converter's, on the same rows. They must be equal.
fn accuracy(
    run: &classify::Run,
    fashion: &tested::Tested,
    rows: &rows::Rows,
    cancer: &tested::Tested,
    ui: Ui,
) -> Result<serde_json::Value, Failure> {
    let Evaluation { samples, float_right, integer_right, .. } = fashion.evaluation;
    let right = run.right();
    let mut table = Rows::new(&["model", "measured by", "#right", "#of", "#accuracy"]);
    let mut row = |model: &str, by: &str, right: u64, of: u64| {
        table.row([model.to_owned(), by.to_owned(), right.to_string(), of.to_string(), percent(right, of)]);
    };
    row(fashion.network.name, "the contract, on chain", right, samples);
    row(fashion.network.name, "the converter, integers", integer_right, samples);
    row(fashion.network.name, "the converter, floats", float_right, samples);
    row(cancer.network.name, "transactions to IInference", rows.right, rows.count);
    ui.table(table);
    if right != integer_right {
        return Err(Failure::refused(format_args!(
            "the chain is right on {right} of {samples} images, the converter's integer model on {integer_right}"
        )));
    }
    ui.line(format_args!(
        "{GOOD}equal{GOOD:#}: on chain and in the converter, answer for answer and bit for bit"
    ));
    Ok(json!({ "onChain": right, "integer": integer_right, "float": float_right, "samples": samples }))
}
