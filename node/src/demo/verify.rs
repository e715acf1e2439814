//! Step 5: a second process replays the chain, then a copy with one output changed.

use super::files::Folder;
use crate::{
    commands::export,
    difference::Difference,
    failure::{Failure, Verdict},
    record::{Line, lines},
    replay::Replayed,
    ui::{DIM, GOOD, Ui},
};
use alloy_primitives::B256;
use isocortex_consensus::Chain;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
};

/// Exports and replays. Takes the chain, since another process will have to do without it.
///
/// # Errors
/// A replay that does not confirm the chain, or one that does not find the changed output.
pub fn run(chain: Chain, folder: &Folder, ui: Ui) -> Result<Value, Failure> {
    let file = folder.path().join("chain.jsonl");
    ui.line(format_args!("{DIM}$ isocortex export --data chain --out chain.jsonl{DIM:#}"));
    export::write(&chain, &file, ui)?;
    drop(chain);

    ui.line(format_args!("{DIM}$ isocortex replay chain.jsonl --backend reference{DIM:#}"));
    let equal = replay(&file, ui, !ui.json())?;
    if equal.0 != Verdict::Yes {
        return Err(Failure::refused("the second process does not confirm the chain"));
    }

    let copy = folder.path().join("tampered.jsonl");
    let wanted = tamper(&file, &copy)?;
    ui.line(format_args!(
        "\nNow a copy in which one output is changed: block {}, transaction {}, call {}",
        wanted.block,
        wanted.transaction.unwrap_or_default(),
        wanted.call.unwrap_or_default()
    ));
    ui.line(format_args!("{DIM}$ isocortex replay tampered.jsonl --backend reference{DIM:#}"));
    let (verdict, document) = replay(&copy, ui, false)?;
    let replayed = document.as_ref().and_then(|d| d.pointer("/replays/0/result"));
    let found: Option<Difference> =
        replayed.and_then(|r| serde_json::from_value::<Replayed>(r.clone()).ok()).and_then(|r| r.difference);
    match found {
        Some(found) if verdict == Verdict::No && found == wanted => {
            ui.line(format_args!("{GOOD}found{GOOD:#} (exit status 1) {found}"));
            Ok(json!({ "equal": equal.1, "tampered": found }))
        }
        found => {
            let found = found.map_or("nothing".into(), |found| found.to_string());
            Err(Failure::refused(format_args!(
                "the replay of the changed copy should find {wanted}; it found {found}"
            )))
        }
    }
}

/// Starts this program again. With `shown` its output goes to the user, else it is read.
fn replay(file: &Path, ui: Ui, shown: bool) -> Result<(Verdict, Option<Value>), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format_args!("this program's own file: {error}")))?;
    let mut command = Command::new(program);
    command.arg("replay").arg(file).args(["--backend", "reference"]);
    if !shown {
        command.arg("--json").stdout(Stdio::piped());
    }
    // One whose output is shown has a bar of its own.
    let bar = (!shown).then(|| ui.spinner("a second process"));
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .and_then(|child| child.wait_with_output());
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let output = output.map_err(|error| Failure::new(format_args!("a second process: {error}")))?;
    let verdict = match output.status.code() {
        Some(0) => Verdict::Yes,
        Some(1) => Verdict::No,
        _ => {
            return Err(Failure::new(format_args!(
                "the second process could not measure: {}",
                output.status
            )));
        }
    };
    Ok((verdict, serde_json::from_slice(&output.stdout).ok()))
}

/// Copies an export with one bit changed in the output digest of the inference in its middle. Returns what a
/// replay must find.
fn tamper(file: &Path, copy: &Path) -> Result<Difference, Failure> {
    let open =
        || File::open(file).map_err(Failure::file(file)).map(|file| lines::<Line>(BufReader::new(file)));
    let mut count = 0;
    for line in open()? {
        if let (_, Line::Block(block)) = line? {
            count += block.transcript.len();
        }
    }
    let mut out = BufWriter::new(File::create(copy).map_err(Failure::file(copy))?);
    let (mut seen, mut wanted) = (0, Difference::default());
    for line in open()? {
        let (_, mut line) = line?;
        if let Line::Block(block) = &mut line {
            let at = (count / 2).checked_sub(seen).and_then(|index| block.transcript.get_mut(index));
            if let Some(entry) = at {
                let honest = entry.output;
                entry.output = honest ^ B256::with_last_byte(1);
                wanted = Difference {
                    block: block.number,
                    transaction: Some(entry.tx_index),
                    call: Some(entry.call_index),
                    what: "output digest".into(),
                    exported: entry.output.to_string(),
                    computed: honest.to_string(),
                };
            }
            seen += block.transcript.len();
        }
        let text = serde_json::to_string(&line).map_err(Failure::new)?;
        writeln!(out, "{text}").map_err(Failure::file(copy))?;
    }
    out.flush().map_err(Failure::file(copy))?;
    Ok(wanted)
}
