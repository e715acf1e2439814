//! `isocortex demo`: the other commands' functions in a row, on two real models.

mod answers;
mod classify;
mod files;
mod publish;
mod verify;

use crate::{
    backend::{Choice, Kind},
    commands::convert,
    failure::{Failure, Verdict},
    memory,
    ui::{BAD, DIM, GOOD, Rows, Ui, percent},
};
use alloy_primitives::hex;
use files::{Folder, Network};
use isocortex_consensus::BlockApp;
use isocortex_convert::{Converted, Evaluation, Options, Samples, read_labels};
use isocortex_inference::Backend;
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

/// A converted network with its test data.
pub struct Tested {
    /// The network's files.
    pub network: &'static Network,
    /// What came out of the converter.
    pub converted: Converted,
    /// The first test rows, in ONNX's order.
    pub samples: Samples,
    /// The class of each.
    pub labels: Vec<usize>,
    /// Both models on exactly these rows.
    pub evaluation: Evaluation,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let started = Instant::now();
    let images = if args.quick { 40 } else { args.images as usize };
    let folder = Folder::new(args.dir.as_deref(), args.keep)?;
    files::write(folder.path())?;
    let backend = choice.open(Kind::Cpu)?;
    ui.line(format_args!("{DIM}in {}, on backend {}{DIM:#}", folder.path().display(), backend.name()));

    ui.heading("1  From ONNX to integers");
    let fashion = convert(&files::FASHION, images, &folder, &*backend, ui)?;
    let cancer = convert(&files::CANCER, 200, &folder, &*backend, ui)?;

    ui.heading("2  On chain");
    let published = publish::run(&folder, [&fashion, &cancer], choice, ui)?;
    let chain = &published.chain;

    ui.heading(format_args!("3  The contract classifies {images} photographs in transactions"));
    let run = classify::photographs(&published, &fashion, &*backend, ui)?;
    let rows = classify::rows(&published, &cancer, &*backend, ui)?;

    ui.heading("4  What the chain says");
    answers::show(&run, &fashion, ui);
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

/// Converts a network, shows the report, and measures both models on the first `count` test rows.
fn convert(
    network: &'static Network,
    count: usize,
    folder: &Folder,
    backend: &dyn Backend,
    ui: Ui,
) -> Result<Tested, Failure> {
    let file = |name: &str| folder.path().join(network.name).join(name);
    ui.line(format_args!(
        "{DIM}$ isocortex convert {0}/model.onnx --calibration {0}/{1} --test {0}/{2} --labels {0}/test-labels.npy --out {0}.iso{DIM:#}",
        network.name, network.calibration, network.test
    ));
    let options = Options { licence: Some("MIT OR Apache-2.0".into()), ..Options::default() };
    let converted = convert::file(&file("model.onnx"), &file(network.calibration), options, ui)?;
    let float = convert::float(&file("model.onnx"), None)?;
    let samples = Samples::read_npy(file(network.test))?;
    let mut labels = read_labels(file("test-labels.npy"))?;
    let whole = convert::accuracy(&float, &converted, backend, &samples, &labels, ui)?;
    let out = folder.path().join(network.name).with_extension("iso");
    std::fs::write(&out, converted.artifact.to_file()).map_err(Failure::file(&out))?;
    convert::show(&converted, Some(&whole), ui);
    let first = samples.iter().take(count).flatten().copied().collect();
    let samples = Samples::new(samples.shape().to_vec(), first)?;
    labels.truncate(samples.len());
    let evaluation = match samples.len() as u64 == whole.samples {
        true => whole,
        false => convert::accuracy(&float, &converted, backend, &samples, &labels, ui)?,
    };
    Ok(Tested { network, converted, samples, labels, evaluation })
}

/// Compares the answers on chain with the converter's, on the same rows. They must be equal.
fn accuracy(
    run: &classify::Run,
    fashion: &Tested,
    rows: &classify::Rows,
    cancer: &Tested,
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
            "{BAD}the chain is right on {right} of {samples} images, the converter's integer model on {integer_right}{BAD:#}"
        )));
    }
    ui.line(format_args!(
        "{GOOD}equal{GOOD:#}: on chain and in the converter, answer for answer and bit for bit"
    ));
    Ok(json!({ "onChain": right, "integer": integer_right, "float": float_right, "samples": samples }))
}

impl Tested {
    /// The bytes that the integer model takes for row `index`.
    ///
    /// # Errors
    /// No such row.
    pub fn input(&self, index: usize) -> Result<Vec<u8>, Failure> {
        let sample = self.samples.iter().nth(index).ok_or_else(|| Failure::new("no such sample"))?;
        crate::commands::model::input(&self.converted.model, self.samples.shape(), sample)
    }

    /// The name of a class.
    pub fn class(&self, index: usize) -> &'static str {
        self.network.classes.lines().nth(index).unwrap_or("?")
    }

    fn document(&self) -> serde_json::Value {
        json!({
            "name": self.network.name, "report": self.converted.report, "evaluation": self.evaluation,
            "inferenceGas": convert::gas(&self.converted.model),
        })
    }
}

/// What the integer model answers outside the chain.
///
/// # Errors
/// A backend that fails.
pub fn direct(tested: &Tested, inputs: &[Vec<u8>], backend: &dyn Backend) -> Result<Vec<Vec<u8>>, Failure> {
    let loaded = backend.load(tested.converted.model.clone())?;
    let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    Ok(loaded.run(&batch)?)
}

/// Refuses an answer of the chain that is not the converter's.
///
/// # Errors
/// Where they differ.
pub fn same(what: &str, index: usize, chain: &[u8], direct: Option<&Vec<u8>>) -> Result<(), Failure> {
    match direct {
        Some(direct) if direct == chain => Ok(()),
        direct => Err(Failure::refused(format_args!(
            "{what} {index}: the chain answers {}, the model outside the chain {}",
            hex::encode_prefixed(chain),
            direct.map_or("nothing".into(), hex::encode_prefixed)
        ))),
    }
}
