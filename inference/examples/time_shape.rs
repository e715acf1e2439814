//! The time of single shapes: matrix products, convolutions, depthwise convolutions, each with its Rescale to i8.
//!
//!     cargo run --release --example time_shape -- [--isa NAME] [--threads N] [--rounds N] SHAPE...
//!
//! Shapes: `mm:M,K,N`, `conv:H,W,C,O,KERNEL,STRIDE` and `dw:H,W,C,KERNEL,STRIDE` (padding KERNEL/2), `add:ELEMENTS`,
//! `file:MODEL.iso`.
//! Prints lines of `shape microseconds macs-per-nanosecond`, the median and the least over the rounds.
#![allow(clippy::expect_used, missing_docs)]

#[path = "../benches/network/mod.rs"]
#[allow(dead_code)]
mod network;

use isocortex_inference::{Backend, Cpu, Isa};
use isocortex_model::{Artifact, Model};
use std::sync::Arc;
use std::time::Instant;

fn model(shape: &str) -> Option<Model> {
    let (kind, sizes) = shape.split_once(':')?;
    if kind == "file" {
        return Model::check(&Artifact::from_file(&std::fs::read(sizes).ok()?).ok()?).ok();
    }
    let sizes: Vec<u32> = sizes.split(',').map(|s| s.parse().ok()).collect::<Option<_>>()?;
    Some(match (kind, &sizes[..]) {
        ("mm", &[m, k, n]) => network::matmul(m, k, n),
        ("conv", &[h, w, c, o, kernel, stride]) => network::convolution([h, w, c], o, kernel, stride),
        ("dw", &[h, w, c, kernel, stride]) => network::depthwise([h, w, c], kernel, stride),
        ("add", &[elements]) => network::add(elements),
        _ => return None,
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut isa, mut threads, mut rounds) = (Isa::best(), 1, 100);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or("a value is missing");
        match arg.as_str() {
            "--isa" => {
                let name = value()?;
                isa = *Isa::ALL.iter().find(|isa| isa.name() == name).ok_or("no such instruction set")?;
            }
            "--threads" => threads = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            shape => {
                let model = Arc::new(model(shape).ok_or("no such shape")?);
                let macs = model.cost().macs;
                let input: Vec<u8> = (0..model.input_len()).map(|i| (i * 7 % 251) as u8).collect();
                let loaded = Cpu::with_isa(isa, threads)?.load(model)?;
                let mut times = vec![];
                for _ in 0..=rounds {
                    let start = Instant::now();
                    std::hint::black_box(loaded.run(&[&input])?);
                    times.push(start.elapsed().as_nanos());
                }
                times.sort_unstable();
                let median = times[times.len() / 2];
                let rate = u128::from(macs) * 10 / times[0];
                let (name, tenths) = (isa.name(), |t: u128| format!("{}.{}", t / 1_000, t / 100 % 10));
                println!(
                    "{shape} {name} {} {} {}.{}",
                    tenths(median),
                    tenths(times[0]),
                    rate / 10,
                    rate % 10
                );
            }
        }
    }
    Ok(())
}
