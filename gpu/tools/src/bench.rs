//! Measuring on request.

use crate::{Card, Network, digest, gemm, random_bytes};
use isocortex_gpu::Stopwatch;
use isocortex_inference::{Backend, Cpu, Loaded};
use isocortex_model::Model;
use serde_json::{Value, json};
use std::{
    io::{BufRead, Write},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// Distinct inputs of a batch; a larger batch repeats them.
const INPUTS: usize = 8;
/// About how long a timed piece of work is, so that the clock's steps do not matter.
const PIECE: Duration = Duration::from_millis(1);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What is loaded: a model and a batch for it.
struct Workload {
    model: Arc<Model>,
    loaded: Box<dyn Loaded>,
    watch: Stopwatch<isocortex_gpu::CudaDevice>,
    inputs: Vec<Vec<u8>>,
    runs: usize,
}

impl Workload {
    fn new(card: &Card, model: Model, inputs: Vec<Vec<u8>>, runs: usize) -> Result<Self> {
        let model = Arc::new(model);
        let watch = card.backend.stopwatch(Arc::clone(&model))?;
        Ok(Self { loaded: card.backend.load(Arc::clone(&model))?, model, watch, inputs, runs })
    }

    fn batch(&self) -> Vec<&[u8]> {
        self.inputs.iter().map(Vec::as_slice).cycle().take(self.runs).collect()
    }

    /// Whether the batch's answers are the CPU backend's, and their digest.
    fn compare(&self) -> Result<(bool, u64)> {
        let answers = self.loaded.run(&self.batch())?;
        let distinct: Vec<&[u8]> = self.inputs.iter().map(Vec::as_slice).collect();
        let wanted = Cpu::new(0)?.load(Arc::clone(&self.model))?.run(&distinct)?;
        let equal =
            answers.len() == self.runs && answers.iter().zip(wanted.iter().cycle()).all(|(a, b)| a == b);
        Ok((equal, digest(&answers.concat())))
    }

    /// The median time of a batch on the device; the first third of the time warms up.
    fn time(&self, budget: Duration) -> Result<Value> {
        let batch = self.batch();
        let once = self.watch.times(&batch, 1, PIECE)?.into_iter().min().unwrap_or(PIECE);
        let repeats = (PIECE.as_nanos() / once.as_nanos().max(1)).clamp(1, 1_000) as u32;
        let times = self.watch.times(&batch, repeats, budget)?;
        let mut times = times.get(times.len() / 3..).unwrap_or_default().to_vec();
        times.sort();
        let median = times.get(times.len() / 2).ok_or("nothing was timed")?;
        Ok(json!({ "median_ns": ns(*median), "runs": times.len() * repeats as usize }))
    }

    /// From inputs in the host's memory to answers in it.
    fn latency(&self, budget: Duration) -> Result<Value> {
        let (batch, begin) = (self.batch(), Instant::now());
        let mut times = vec![];
        while times.is_empty() || begin.elapsed() < budget {
            let start = Instant::now();
            let answers = self.loaded.run(&batch)?;
            let spent = start.elapsed();
            std::hint::black_box(answers);
            if begin.elapsed() > budget / 3 {
                times.push(spent);
            }
        }
        times.sort();
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        Ok(json!({ "p50_ns": ns(at(50)), "p99_ns": ns(at(99)), "runs": times.len() }))
    }
}

fn ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Answers lines until there are none.
pub fn serve(card: &Card, tiny: bool, lines: impl BufRead, mut out: impl Write) -> ExitCode {
    let about = json!({
        "name": format!("isocortex {}", env!("CARGO_PKG_VERSION")),
        "device": card.description(),
        "emulated": card.is_emulated(),
    });
    let mut say = |what: &Value| writeln!(out, "{what}").and_then(|()| out.flush());
    let mut spoken = say(&about);
    let mut workload = None;
    for line in lines.lines() {
        let Ok(line) = line else { break };
        let answer = answer(card, tiny, &line, &mut workload);
        spoken = spoken.and_then(|()| say(&answer.unwrap_or_else(|e| json!({ "error": e.to_string() }))));
    }
    if spoken.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(card: &Card, tiny: bool, line: &str, workload: &mut Option<Workload>) -> Result<Value> {
    let mut words = line.split_whitespace();
    let mut word = || words.next().ok_or("a word is missing");
    let what = word()?;
    let loaded = || workload.as_ref().ok_or("nothing is loaded");
    let millis = |text: &str| Ok::<_, std::num::ParseIntError>(Duration::from_millis(text.parse()?));
    match what {
        "time" => loaded()?.time(millis(word()?)?),
        "latency" => loaded()?.latency(millis(word()?)?),
        "copies" => copies(card, word()?.parse()?),
        "gemm" => {
            *workload = None;
            let model = gemm(word()?.parse()?)?;
            let input = random_bytes(1, model.input_len());
            let new = Workload::new(card, model, vec![input], 1)?;
            let (equal, digest) = new.compare()?;
            *workload = Some(new);
            Ok(json!({ "equal": equal, "digest": digest.to_string() }))
        }
        "network" => {
            *workload = None;
            let (name, runs) = (word()?, word()?.parse::<usize>()?);
            let network = Network::ALL.iter().find(|network| network.name() == name);
            let network = network.ok_or_else(|| format!("no such network: {name}"))?;
            let model = network.model(tiny)?;
            if !card.backend.covers(&model) {
                let missing = card.backend.missing(&model);
                return Err(format!("no kernel for {missing:?}, so the CPU would run it").into());
            }
            let inputs = (0..runs.min(INPUTS) as u64).map(|seed| random_bytes(seed, model.input_len()));
            let (inputs, macs) = (inputs.collect(), model.cost().macs);
            let new = Workload::new(card, model, inputs, runs)?;
            let (equal, _) = new.compare()?;
            *workload = Some(new);
            Ok(json!({ "equal": equal, "macs": macs, "items": network.items(tiny) }))
        }
        other => Err(format!("no such request: {other}").into()),
    }
}

/// Copies of so many bytes to the card and back, each alone: the least of some.
fn copies(card: &Card, bytes: usize) -> Result<Value> {
    let (to, from) = card.backend.copies(bytes, 20)?;
    Ok(json!({ "to_ns": ns(to), "from_ns": ns(from) }))
}
