//! The median time of a model on the CPU backend or the reference.
//!
//!     cargo run --release --example time_model -- MODEL.iso [--isa avx2] [--threads 1] [--batch 1]
//!         [--rounds 3] [--ms 500] [--input FILE] [--output FILE] [--wait yes]
//!
//! `--isa`: an instruction set, or `reference`; without it the best of this machine. `--input`: the bytes of one
//! input, which the whole batch repeats. `--output`: where to put the bytes of the first output. Each round runs
//! the model for about `--ms` and prints a line of JSON; with `--wait` instead, a round begins when a line with
//! its milliseconds comes on standard input, so that a script can let several programs take turns.
#![allow(clippy::expect_used, missing_docs)]

use isocortex_inference::{Backend, Cpu, Isa, Loaded, Reference};
use isocortex_model::{Artifact, Model};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("which model? see the head of this file")?;
    let args: Vec<String> = args.collect();
    let options: HashMap<_, _> = args.chunks_exact(2).map(|a| (a[0].as_str(), a[1].as_str())).collect();
    let option = |name: &str, default: &'static str| options.get(name).copied().unwrap_or(default);

    let model = Arc::new(Model::check(&Artifact::from_file(&std::fs::read(path)?)?)?);
    let isa = option("--isa", Isa::best().name());
    let backend: Box<dyn Backend> = match Isa::ALL.into_iter().find(|i| i.name() == isa) {
        Some(isa) => Box::new(Cpu::with_isa(isa, option("--threads", "1").parse()?)?),
        None if isa == "reference" => Box::new(Reference),
        None => return Err(format!("no such instruction set: {isa}").into()),
    };
    let input = match options.get("--input") {
        Some(path) => std::fs::read(path)?,
        None => (0..model.input_len()).map(|i| (i * 7 % 251) as u8).collect(),
    };
    let batch = vec![input.as_slice(); option("--batch", "1").parse()?];
    let loaded = backend.load(model.clone())?;
    let outputs = loaded.run(&batch)?; // also makes the arena
    if let Some(path) = options.get("--output") {
        std::fs::write(path, outputs.first().ok_or("an empty batch")?)?;
    }
    println!("{{\"ready\": true, \"isa\": \"{isa}\", \"macs\": {}}}", model.cost().macs);
    if options.contains_key("--wait") {
        for line in std::io::stdin().lines() {
            round(&*loaded, &batch, Duration::from_millis(line?.trim().parse()?))?;
        }
    } else {
        for _ in 0..option("--rounds", "3").parse::<u32>()? {
            round(&*loaded, &batch, Duration::from_millis(option("--ms", "500").parse()?))?;
        }
    }
    Ok(())
}

fn round(loaded: &dyn Loaded, batch: &[&[u8]], budget: Duration) -> Result<()> {
    let (mut times, begin) = (vec![], Instant::now());
    while times.is_empty() || begin.elapsed() < budget {
        let start = Instant::now();
        std::hint::black_box(loaded.run(batch)?);
        times.push(start.elapsed());
    }
    times.sort();
    let median = times.get(times.len() / 2).expect("at least one run");
    println!("{{\"median_ns\": {}, \"runs\": {}}}", median.as_nanos(), times.len());
    Ok(())
}
