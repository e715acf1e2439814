//! The check, in sections; each prints its table as soon as it is done.

mod generator;
mod graphs;
mod networks;
mod pairs;
mod random;
mod vectors;

use crate::{Card, Verdict};
use isocortex_gpu::Target;
use std::{
    path::PathBuf,
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// What is compared, and for how long.
#[derive(Clone, Debug, clap::Parser)]
#[command(
    name = "isocortex-gpu-check",
    version,
    about = "Every kernel on an NVIDIA card against the reference"
)]
pub struct Options {
    /// Number of the card, from 0
    #[arg(long, default_value_t = 0)]
    pub device: u32,
    /// The kernels of this target alone: dp4a, mma.sync or wgmma
    #[arg(long, value_parser = crate::target)]
    pub target: Option<Target>,
    /// The self-test alone
    #[arg(long)]
    pub self_test: bool,
    /// Random pairs of a model and an input, shared out among the kernels
    #[arg(long, default_value_t = 10_000_000)]
    pub pairs: u64,
    /// Inputs of each random model, in one batch
    #[arg(long, default_value_t = 1_000)]
    pub runs: u64,
    /// Random graphs of many ops
    #[arg(long, default_value_t = 4_000)]
    pub random: u64,
    /// Random graphs an op, by the Python implementation ($PYTHON or python3, with NumPy)
    #[arg(long, default_value_t = 100)]
    pub graphs: u64,
    /// Random graphs of these ops alone
    #[arg(long, value_delimiter = ',')]
    pub ops: Option<Vec<String>>,
    /// The folder of the test vectors
    #[arg(long, default_value = "testvectors")]
    pub vectors: PathBuf,
    /// Begin nothing new after so many seconds; what is left out is not measured
    #[arg(long, default_value_t = 300)]
    pub seconds: u64,
    /// Seconds that any one thing may take on the card, in place of what fits it: for tools that make it slow
    #[arg(long)]
    pub patience: Option<u64>,
    /// Threads that compute answers to compare with; as many as the machine has without
    #[arg(long)]
    pub threads: Option<usize>,
    /// Networks in miniature, for machines where this takes long
    #[arg(long)]
    pub tiny: bool,
}

impl Options {
    /// The one time limit for everything on the card.
    pub fn patience(&self) -> Option<Duration> {
        self.patience.map(Duration::from_secs)
    }

    fn workers(&self) -> usize {
        self.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)).max(1)
    }
}

/// When to begin nothing new.
#[derive(Clone, Copy)]
struct Deadline(Instant);

impl Deadline {
    fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

/// All sections. The pairs come last, for they are what a time limit may cut.
pub fn run(options: &Options, cards: &[Card]) -> Verdict {
    let begin = Instant::now();
    let deadline = Deadline(begin + Duration::from_secs(options.seconds));
    let mut worst = Verdict::Equal;
    for section in [vectors::run, networks::run, graphs::run, random::run, pairs::run] {
        worst = worst.max(section(options, cards, deadline));
    }
    let verdict = match worst {
        Verdict::Equal => "all equal",
        Verdict::NotMeasured => "what was compared is equal; something was not measured",
        Verdict::Differs => "DIFFERENCES",
    };
    println!("{verdict}; {} s", begin.elapsed().as_secs());
    worst
}
