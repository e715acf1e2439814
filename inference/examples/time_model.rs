//! The median time of one image, one thread, on each instruction set of this machine.
//!
//!     cargo run --release --example time_model -- model.iso [runs]
//!
//! Without a file: a network of the demo's shapes. Prints lines of `name microseconds`.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../benches/network/mod.rs"]
#[allow(dead_code)]
mod network;

use isocortex_inference::{Backend, Cpu, Error, Isa, Reference};
use isocortex_model::{Artifact, Model};
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let model = match args.next() {
        Some(path) => Model::check(&Artifact::from_file(&std::fs::read(path)?)?)?,
        None => network::network(),
    };
    let runs = args.next().map_or(Ok(2_000), |n| n.parse::<u32>())?;
    let model = Arc::new(model);
    let input: Vec<u8> = (0..model.input_len()).map(|i| (i * 7 % 251) as u8).collect();
    println!("macs {}", model.cost().macs);
    for isa in Isa::ALL.into_iter().rev().filter(|isa| isa.available()) {
        report(isa.name(), &Cpu::with_isa(isa, 1)?, &model, &input, runs)?;
    }
    report("reference", &Reference, &model, &input, runs.div_ceil(100))?;
    Ok(())
}

fn report(
    name: &str,
    backend: &dyn Backend,
    model: &Arc<Model>,
    input: &[u8],
    runs: u32,
) -> Result<(), Error> {
    let loaded = backend.load(model.clone())?;
    let mut times = vec![];
    for _ in 0..=runs {
        let start = Instant::now();
        std::hint::black_box(loaded.run(&[input])?);
        times.push(start.elapsed());
    }
    times.remove(0); // the run that makes the arena
    times.sort();
    let median = times.get(times.len() / 2).expect("at least one run");
    println!("{name} {}.{:03}", median.as_micros(), median.as_nanos() % 1_000);
    Ok(())
}
