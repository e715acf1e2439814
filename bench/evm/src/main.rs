//! `make bench-evm`.

use clap::Parser;
use isocortex_bench_evm::{
    Chain,
    table::{SIDES, markdown, measure},
    workloads::ALL,
};
use isocortex_vm::heap;
use std::{fs, io, path::PathBuf, process::Command, time::Instant};

const BEGIN: &str = "<!-- make bench-evm: begin -->";
const END: &str = "<!-- make bench-evm: end -->";

/// Blocks executed, their roots computed and committed, beside bare revm and alloy-evm's block executor.
///
/// Example: bench-evm --only transfers
#[derive(Parser)]
struct Args {
    /// Only blocks whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// How often each block goes to disk
    #[arg(long, default_value_t = 5)]
    stores: usize,
    /// Where the stores are put for a while; a disk, or fsync means nothing [default: the current folder]
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Writes the tables into this page, between its marks
    #[arg(long)]
    docs: Option<PathBuf>,
    /// For a profiler: only this side, over and over
    #[arg(long, value_parser = ["bare", "executor", "ours"])]
    side: Option<String>,
    /// How often, with --side
    #[arg(long, default_value_t = 100)]
    times: u32,
}

fn main() -> io::Result<()> {
    // As the node does.
    heap::keep();
    let args = Args::parse();
    let chain = Chain::default();
    let mut rows = vec![];
    let before = machine();
    for make in ALL {
        let load = make(&chain);
        if !load.name.contains(&args.only) {
            continue;
        }
        if let Some(wanted) = &args.side {
            let db = load.world.database();
            for (_, run) in SIDES.iter().filter(|(name, _)| name == wanted) {
                let start = Instant::now();
                let gas: u64 = (0..args.times).map(|_| run(&chain, &db, &load)).sum();
                println!("{}: {:?} a block ({gas})", load.name, start.elapsed() / args.times);
            }
            continue;
        }
        eprintln!("{}", load.name);
        rows.push(measure(&chain, &load, args.stores, &args.dir));
    }
    if rows.is_empty() {
        return Ok(());
    }
    let tables = format!("{before}; load averages when done: {}.\n\n{}", load_averages(), markdown(&rows));
    println!("{tables}");
    let Some(page) = args.docs else { return Ok(()) };
    let text = fs::read_to_string(&page)?;
    let parts = text.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = parts.ok_or_else(|| io::Error::other(format!("no {BEGIN} … {END} in it")))?;
    fs::write(page, format!("{head}{BEGIN}\n{tables}{END}{tail}"))
}

/// The machine and its state, in a line.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let names = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name"))
        .map(|name| name.trim_matches([':', ' ', '\t']));
    let name = names.clone().next().unwrap_or("an unknown processor");
    let date = Command::new("date").args(["-u", "+%F"]).output().map(|out| out.stdout).unwrap_or_default();
    let date = String::from_utf8_lossy(&date).trim().to_owned();
    format!("{name}, {} CPUs, {date}; load averages when it began: {}", names.count(), load_averages())
}

/// Programs that want a processor, over 1, 5 and 15 minutes, this one among them.
fn load_averages() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(", ")
}
