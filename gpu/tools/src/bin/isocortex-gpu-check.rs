//! Compares every kernel on this machine's NVIDIA card with the reference, bit for bit.
//!
//! Exit status: 0 all equal; 1 something differs or the device failed; 2 something was not measured, such as
//! everything on a machine without a card.

use clap::Parser;
use isocortex_gpu_tools::{Card, Verdict, check};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = check::Options::parse();
    let opened = match options.target {
        Some(target) => Card::open(options.device, target, options.patience()).map(|card| vec![card]),
        None => Card::open_all(options.device, options.patience()),
    };
    let cards = match opened {
        Ok(cards) => cards,
        Err(error) => {
            let verdict = Verdict::of(&error);
            let words = if verdict == Verdict::NotMeasured { "not measured" } else { "FAILED" };
            println!("{words}: {error}");
            return verdict.into();
        }
    };
    for card in &cards {
        println!("self-test passed on {}", card.description());
    }
    if options.self_test { Verdict::Equal.into() } else { check::run(&options, &cards).into() }
}
