//! Times models on this machine's NVIDIA card when asked, line by line: the protocol is `bench/bench.py`'s.

use clap::Parser;
use isocortex_gpu::Target;
use isocortex_gpu_tools::{Card, bench};
use serde_json::json;
use std::process::ExitCode;

/// Answers each line of standard input with a line of JSON; `gpu/tools/bench/bench.py` asks.
#[derive(Parser)]
#[command(name = "isocortex-gpu-bench", version)]
struct Options {
    /// Number of the card, from 0
    #[arg(long, default_value_t = 0)]
    device: u32,
    /// The kernels of this target, not the best: dp4a, mma.sync or wgmma
    #[arg(long, value_parser = isocortex_gpu_tools::target)]
    target: Option<Target>,
    /// Networks in miniature
    #[arg(long)]
    tiny: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let card = match options.target {
        Some(target) => Card::open(options.device, target, None),
        None => Card::open_best(options.device, None),
    };
    match card {
        Ok(card) => bench::serve(&card, options.tiny, std::io::stdin().lock(), std::io::stdout()),
        Err(error) => {
            println!("{}", json!({ "error": error.to_string() }));
            ExitCode::from(2)
        }
    }
}
