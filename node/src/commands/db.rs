//! `isocortex db …`: what an operator does with a chain's database.

use super::DataDir;
use crate::{
    failure::{Failure, Verdict},
    ui::{Rows, Ui, thousands},
};
use clap::{ArgGroup, Subcommand};
use indicatif::ProgressBar;
use isocortex_state::{Audit, Head, History, Stage, StateError, Store};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Looks after a chain's database: its size, its soundness, its history, copies of it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    command: Db,
}

#[derive(Debug, Subcommand)]
enum Db {
    /// Show what the database holds, column by column
    #[command(after_help = "Example:\n  isocortex db stats --data chain")]
    Stats(DataDir),
    /// Read every record and recompute every root; status 1 if something is wrong
    #[command(after_help = "Example:\n  isocortex db check --data chain")]
    Check(DataDir),
    /// Keep the states of the last blocks only, or all from now on
    #[command(after_help = "Examples:\n  \
        isocortex db prune --data chain --keep 10000   # and go on so with every new block\n  \
        isocortex db prune --data chain --archive      # forget no more; what is gone does not come back\n\n\
        Blocks, receipts and transcripts are kept in any case.")]
    #[command(group = ArgGroup::new("how").required(true))]
    Prune {
        #[command(flatten)]
        data: DataDir,
        /// Past states to keep beside the head's
        #[arg(long, value_name = "BLOCKS", group = "how", value_parser = clap::value_parser!(u64).range(..u64::MAX))]
        keep: Option<u64>,
        /// Keep all
        #[arg(long, group = "how")]
        archive: bool,
    },
    /// Make an earlier block the head again; the blocks after it are removed
    #[command(after_help = "Example:\n  isocortex db unwind --data chain --to 1200")]
    Unwind {
        #[command(flatten)]
        data: DataDir,
        /// The block that becomes the head
        #[arg(long, value_name = "BLOCK")]
        to: u64,
    },
    /// Copy the database as it stands, sharing its files where the file system can
    #[command(after_help = "Example:\n  isocortex db checkpoint --data chain --to chain.1200")]
    Checkpoint {
        #[command(flatten)]
        data: DataDir,
        /// Directory to make
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Copy a checkpoint to where a chain is to be, after checking every record of the copy
    #[command(after_help = "Example:\n  isocortex db restore --from chain.1200 --data chain")]
    Restore {
        /// The checkpoint
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        #[command(flatten)]
        data: DataDir,
    },
}

pub fn run(args: Args, ui: Ui) -> Result<Verdict, Failure> {
    match args.command {
        Db::Stats(data) => stats(&data, ui),
        Db::Check(data) => check(&data, ui),
        Db::Prune { data, keep, archive: _ } => {
            prune(&data, keep.map_or(History::Archive, History::Last), ui)
        }
        Db::Unwind { data, to } => unwind(&data, to, ui),
        Db::Checkpoint { data, to } => checkpoint(&data, &to, ui),
        Db::Restore { from, data } => restore(&from, &data, ui),
    }
}

fn open(data: &DataDir) -> Result<Store, Failure> {
    Store::open(&data.path).map_err(Failure::from)
}

fn stats(data: &DataDir, ui: Ui) -> Result<Verdict, Failure> {
    let store = open(data)?;
    let (head, stats) = (store.head(), store.stats()?);
    let mut rows = Rows::new(&["column", "#records, about", "#bytes in tables"]);
    for column in &stats.columns {
        rows.row([column.column.to_owned(), thousands(column.records), thousands(column.bytes)]);
    }
    ui.table(rows);
    ui.line(format_args!("bytes not yet in tables: {}", thousands(stats.unflushed)));
    ui.line(format_args!("head: block {}, {}", head.number, head.hash));
    ui.line(said(stats.history, stats.first));
    let mut document = described(head, stats.history, stats.first);
    if let Value::Object(fields) = &mut document {
        fields.insert("columns".into(), json!(stats.columns));
        fields.insert("bytesNotInTables".into(), json!(stats.unflushed));
    }
    ui.document(&document)?;
    Ok(Verdict::Yes)
}

fn said(history: History, first: u64) -> String {
    match history {
        History::Archive => format!("history: every state from block {first} on"),
        History::Last(blocks) => {
            format!("history: the head's state and {blocks} before it; kept from block {first}")
        }
    }
}

fn described(head: Head, history: History, first: u64) -> Value {
    let keep = match history {
        History::Archive => Value::Null,
        History::Last(blocks) => json!(blocks),
    };
    json!({
        "head": { "number": head.number, "hash": head.hash, "stateRoot": head.state_root },
        "archive": history == History::Archive, "keep": keep, "keptFrom": first,
    })
}

/// Shows on a bar what an audit is at.
fn showing(bar: &ProgressBar) -> impl FnMut(Stage, u64) + '_ {
    move |stage, seen| {
        // Every record would be too often for a terminal.
        if seen.is_multiple_of(4096) {
            let stage = match stage {
                Stage::Records => "records",
                Stage::State => "flat and hashed state",
                Stage::Tries => "tries and roots",
                Stage::Blocks => "blocks",
                Stage::History => "history",
            };
            bar.set_message(format!("{stage}: {}", thousands(seen)));
        }
    }
}

fn show_audit(ui: Ui, audit: &Audit) -> Result<(), Failure> {
    ui.table(Rows::pairs([
        ("state root", audit.state_root.to_string()),
        ("accounts", thousands(audit.accounts)),
        ("slots", thousands(audit.slots)),
        ("trie branches", thousands(audit.branches)),
        ("blocks", thousands(audit.blocks)),
        ("change sets", thousands(audit.change_sets)),
    ]));
    ui.document(&json!({
        "sound": true, "stateRoot": audit.state_root, "accounts": audit.accounts, "slots": audit.slots,
        "branches": audit.branches, "blocks": audit.blocks, "changeSets": audit.change_sets,
    }))
}

fn check(data: &DataDir, ui: Ui) -> Result<Verdict, Failure> {
    let bar = ui.spinner("checking");
    let audit = Store::open(&data.path).and_then(|store| store.verify_with(showing(&bar)));
    bar.finish_and_clear();
    let audit = audit.map_err(|error| if error.is_damage() { damaged(error) } else { error.into() })?;
    show_audit(ui, &audit)?;
    ui.line("Every record and every root is as it should be.");
    Ok(Verdict::Yes)
}

/// The check was made, and its answer is no.
fn damaged(error: StateError) -> Failure {
    Failure::refused(error).hint("`isocortex db restore` puts a checkpoint in its place; or replay an export")
}

fn prune(data: &DataDir, history: History, ui: Ui) -> Result<Verdict, Failure> {
    let store = open(data)?;
    let bar = ui.progress("pruning", 0);
    store.prune(history, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let (history, first) = store.history();
    ui.line(said(history, first));
    ui.document(&described(store.head(), history, first))?;
    Ok(Verdict::Yes)
}

fn unwind(data: &DataDir, to: u64, ui: Ui) -> Result<Verdict, Failure> {
    let store = open(data)?;
    let was = store.head().number;
    let bar = ui.progress("unwinding", was.saturating_sub(to));
    let head = store.unwind(to, |done, _| bar.set_position(done))?;
    bar.finish_and_clear();
    let removed = was.saturating_sub(head.number);
    ui.line(format_args!("{removed} blocks removed; head: block {}, {}", head.number, head.hash));
    let (history, first) = store.history();
    ui.document(&described(head, history, first))?;
    Ok(Verdict::Yes)
}

fn checkpoint(data: &DataDir, to: &PathBuf, ui: Ui) -> Result<Verdict, Failure> {
    let store = open(data)?;
    store.checkpoint(to)?;
    let head = store.head();
    ui.line(format_args!("{} holds the chain at block {}, {}", to.display(), head.number, head.hash));
    ui.document(&json!({ "checkpoint": to, "number": head.number, "hash": head.hash }))?;
    Ok(Verdict::Yes)
}

fn restore(from: &PathBuf, data: &DataDir, ui: Ui) -> Result<Verdict, Failure> {
    let bar = ui.spinner("copying");
    let audit = Store::restore(from, &data.path, showing(&bar));
    bar.finish_and_clear();
    let audit =
        audit.map_err(|error| if error.is_damage() { Failure::refused(error) } else { error.into() })?;
    show_audit(ui, &audit)?;
    ui.line(format_args!("{} is checked and in place.", data.path.display()));
    Ok(Verdict::Yes)
}
