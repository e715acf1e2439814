//! `isocortex replay`

use crate::{
    backend::{Choice, Kind, computed, elsewhere, engine},
    failure::{Failure, Verdict},
    memory,
    record::{Line, lines},
    replay::{self, Replayed},
    ui::{BAD, DIM, GOOD, Rows, Ui, thousands},
};
use isocortex_precompiles::Engine;
use isocortex_testvectors::{Outcome, Report};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Executes an exported chain again from genesis, by default on the reference backend, and compares every state
/// root, receipts root, gas figure and inference; or runs test vectors. Needs no node and no card
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  isocortex replay chain.jsonl testvectors/data

Exit status: 0 all equal, 1 something differs (named down to block, transaction, call or op),
2 not everything could be measured. What was not measured is never reported as equal.")]
pub struct Args {
    /// Exports of chains, vector files, folders of both
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    // What another backend computed would not be a measurement of this one.
    let backend = Choice { alone: true, ..choice }.open(Kind::Reference)?;
    let (mut verdict, mut documents) = (Verdict::Yes, vec![]);
    let paths = args.paths.iter().flat_map(|path| subjects(path).unwrap_or_else(|_| vec![path.clone()]));
    for path in &paths.collect::<Vec<_>>() {
        let (one, document) = if is_chain(path) {
            chain(path, engine(Arc::clone(&backend)), backend.name(), ui)
        } else {
            let files = isocortex_testvectors::load(path).map_err(Failure::from);
            files.map(|files| vectors(&isocortex_testvectors::run(&files, &backend), ui))
        }
        // One path that cannot be read must not hide what the others show.
        .unwrap_or_else(|failure| {
            if !ui.json() {
                ui.failure(&failure);
            }
            (failure.verdict, json!({ "error": failure.message, "hint": failure.hint, "measured": false }))
        });
        documents.push(json!({ "path": path, "result": document }));
        verdict = worse(verdict, one);
    }
    let elsewhere = elsewhere();
    if !elsewhere.is_empty() {
        let (name, elsewhere) = (backend.name(), elsewhere.join(", "));
        ui.line(format_args!("{DIM}{name} has no kernels for all of it and handed on: {elsewhere}{DIM:#}"));
    }
    ui.document(&json!({
        "backend": backend.name(), "equal": verdict == Verdict::Yes, "replays": documents, "computedBy": computed(),
        "peakMemoryKib": memory::peak_kib(),
    }))?;
    Ok(verdict)
}

/// A difference outweighs what could not be measured, and both outweigh equality.
const fn worse(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
        (Verdict::Unmeasured, _) | (_, Verdict::Unmeasured) => Verdict::Unmeasured,
        (Verdict::Yes, Verdict::Yes) => Verdict::Yes,
    }
}

/// What to replay where `path` is named: itself, and the exports (`*.jsonl`) in a folder, in the order of their
/// paths. A folder that holds exports and no vector file stands for them alone.
fn subjects(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut folders, mut chains, mut vectors) = (vec![path.to_owned()], vec![], false);
    if !path.is_dir() {
        return Ok(folders);
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("jsonl") => chains.push(path),
                extension => vectors |= extension == Some("json"),
            }
        }
    }
    chains.sort();
    if vectors || chains.is_empty() {
        chains.insert(0, path.to_owned());
    }
    Ok(chains)
}

/// An export by its name or by its first line.
fn is_chain(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl")
        || File::open(path)
            .is_ok_and(|file| matches!(lines::<Line>(BufReader::new(file)).next(), Some(Ok(_))))
}

fn chain(path: &Path, engine: Arc<Engine>, backend: &str, ui: Ui) -> Result<(Verdict, Value), Failure> {
    let bar = ui.progress("replaying", blocks(path));
    let outcome = replay::replay(path, engine, |number| bar.set_position(number));
    bar.finish_and_clear();
    let replayed = outcome?;
    let Replayed { blocks, transactions, inferences, gas_used, state_root, difference } = &replayed;
    let mut rows = Rows::new(&["chain", "backend", "#equal blocks", "#transactions", "#inferences", "#gas"]);
    rows.row([
        path.display().to_string(),
        backend.to_owned(),
        blocks.to_string(),
        transactions.to_string(),
        inferences.to_string(),
        thousands(*gas_used),
    ]);
    ui.table(rows);
    ui.line(format_args!("{DIM}peak memory {}{DIM:#}", memory::peak()));
    let verdict = match difference {
        Some(difference) => {
            ui.line(format_args!("{BAD}DIFFERS{BAD:#} {difference}"));
            Verdict::No
        }
        None => {
            ui.line(format_args!(
                "{GOOD}EQUAL{GOOD:#} every state root, receipts root, gas figure and inference; the last state root is {state_root}"
            ));
            Verdict::Yes
        }
    };
    Ok((verdict, serde_json::to_value(&replayed).map_err(Failure::new)?))
}

/// How many lines an export has, for the progress bar alone.
fn blocks(path: &Path) -> u64 {
    let Ok(file) = File::open(path) else { return 0 };
    if !file.metadata().is_ok_and(|about| about.is_file()) {
        return 0;
    }
    let (mut file, mut count) = (BufReader::new(file), 0_u64);
    while let Ok(bytes) = file.fill_buf()
        && !bytes.is_empty()
    {
        count += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let read = bytes.len();
        file.consume(read);
    }
    count.saturating_sub(2)
}

fn vectors(report: &Report, ui: Ui) -> (Verdict, Value) {
    let mut files: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
    for entry in &report.entries {
        let (equal, differ, not) = files.entry(&entry.file).or_default();
        match entry.outcome {
            Outcome::Equal => *equal += 1,
            Outcome::Differs(_) => *differ += 1,
            Outcome::NotMeasured(_) => *not += 1,
        }
    }
    let mut rows = Rows::new(&["vectors", "#equal", "#differ", "#not measured"]);
    for (file, (equal, differ, not)) in &files {
        rows.row([(*file).to_owned(), equal.to_string(), differ.to_string(), not.to_string()]);
    }
    ui.table(rows);
    ui.line(report);
    let verdict = match report.exit_code() {
        0 => Verdict::Yes,
        1 => Verdict::No,
        _ => Verdict::Unmeasured,
    };
    let (equal, differ, not) = report.counts();
    let faults = report.entries.iter().filter_map(|entry| {
        let what = match &entry.outcome {
            Outcome::Equal => return None,
            Outcome::Differs(difference) => json!({ "differs": difference.to_string() }),
            Outcome::NotMeasured(why) => json!({ "notMeasured": why }),
        };
        Some(json!({ "file": entry.file, "case": entry.name, "outcome": what }))
    });
    let faults: Vec<Value> = faults.collect();
    (verdict, json!({ "equal": equal, "differ": differ, "notMeasured": not, "cases": faults }))
}
