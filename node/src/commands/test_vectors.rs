//! `isocortex test-vectors`

use crate::{
    backend::{Choice, Kind},
    failure::{Failure, Verdict},
    ui::{BAD, DIM, GOOD, Rows, Ui, thousands},
};
use isocortex_ethereum_tests::{Counts, Finding, Settings, Summary, find, names, run as run_tests};
use isocortex_vm::TraceSink;
use serde_json::json;
use std::{num::NonZero, path::PathBuf, sync::Arc, thread::available_parallelism};

/// How many findings of a kind are shown; `--json` has all.
const SHOWN: usize = 20;

/// Runs the test vectors of others through this node's machine, rules and store
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    whose: Whose,
}

#[derive(Debug, clap::Subcommand)]
enum Whose {
    /// Ethereum's official execution tests: EEST fixtures, state_tests and blockchain_tests
    Ethereum(EthereumArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  isocortex test-vectors ethereum fixtures/state_tests --filter chainid

Exit status: 0 all as Ethereum has it, but for the differences that are listed with their reasons,
1 a test fails (named with the first thing that differs), 2 not everything could be measured.")]
struct EthereumArgs {
    /// A folder with fixtures, or one file
    #[arg(value_name = "DIR")]
    path: PathBuf,
    /// Only tests whose name contains this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Write every executed instruction of the one test that --filter names to standard output (EIP-3155)
    #[arg(long, requires = "filter")]
    trace: bool,
    /// Switch inference and its opcodes on, from Prague on
    #[arg(long)]
    inference: bool,
}

pub fn run(args: Args, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
    let Whose::Ethereum(args) = args.whose;
    let files = find(&args.path).map_err(Failure::new)?;
    let filter = args.filter.as_deref().unwrap_or_default();
    if args.trace {
        if ui.json() {
            return Err(Failure::new("--trace is lines of JSON itself; leave --json out"));
        }
        let found = names(&files, filter).map_err(Failure::new)?;
        if let [first, _, ..] = found.as_slice() {
            let text = format!("{} tests contain {filter:?}; a trace is of one", found.len());
            return Err(Failure::new(text).hint(format_args!("the first is {first:?}")));
        }
    }
    let settings = Settings {
        engine: choice.engine(Kind::Reference)?,
        filter: args.filter,
        inference: args.inference,
        threads: choice.threads.or(available_parallelism().ok().map(NonZero::get)).unwrap_or(1),
        trace: args.trace.then(|| -> TraceSink { Arc::new(|| Box::new(std::io::stdout())) }),
    };
    let bar = ui.progress("files", files.len() as u64);
    let outcome = run_tests(&files, &settings, || bar.inc(1));
    bar.finish_and_clear();
    let summary = outcome.map_err(Failure::new)?;
    let total = summary.total();
    if total == Counts::default() {
        return Err(Failure::new(format_args!("{}: no test there is meant", args.path.display())));
    }
    show(&summary, ui);
    ui.document(&json!({ "inference": settings.inference, "total": total, "summary": summary }))?;
    Ok(match total {
        Counts { failed: 1.., .. } => Verdict::No,
        Counts { not_run: 1.., .. } => Verdict::Unmeasured,
        Counts { .. } => Verdict::Yes,
    })
}

fn show(summary: &Summary, ui: Ui) {
    let mut rows = Rows::new(&["tests", "#passed", "#failed", "#listed", "#not run"]);
    let total = summary.total();
    for (fork, counts) in
        summary.forks.iter().map(|(fork, counts)| (fork.as_str(), counts)).chain([("all", &total)])
    {
        let Counts { passed, failed, listed, not_run } = *counts;
        let numbers = [passed, failed, listed, not_run].map(thousands);
        rows.row([fork.to_owned()].into_iter().chain(numbers));
    }
    ui.table(rows);
    let mut reasons: Vec<_> = summary.listed.iter().map(|finding| &finding.what).collect();
    reasons.sort();
    reasons.dedup();
    for reason in reasons {
        let count = summary.listed.iter().filter(|finding| finding.what == *reason).count();
        ui.line(format_args!("{DIM}listed: {count} × {reason}{DIM:#}"));
    }
    findings("not run", &summary.not_run, ui);
    findings("FAILS", &summary.failures, ui);
    if total.failed == 0 && total.not_run == 0 {
        ui.line(format_args!("{GOOD}all as Ethereum has it{GOOD:#}, but for what is listed"));
    }
}

fn findings(how: &str, findings: &[Finding], ui: Ui) {
    for Finding { test, what } in findings.iter().take(SHOWN) {
        ui.line(format_args!("{BAD}{how}{BAD:#} {test}\n  {what}"));
    }
    if let Some(more) = findings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        ui.line(format_args!("… and {more} more; --json names them all"));
    }
}
