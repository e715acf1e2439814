//! The `isocortex` binary.
//!
//! [`cli`] is the command line, [`commands`] one file a command, [`demo`] strings commands together; the other
//! modules are what commands are made of. Nothing here decides what a block means: that is `isocortex-consensus`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod abi;
mod accounts;
mod backend;
mod chain;
mod cli;
mod commands;
mod demo;
mod difference;
mod failure;
mod genesis;
mod memory;
mod paint;
mod record;
mod replay;
mod sender;
mod ui;
mod upload;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Mesa's layer that orders the GPUs of a desktop looks for the desktop, and complains on standard error where
    // there is none. The order does not matter here: the Vulkan backend chooses by what a device is.
    // SAFETY: this is the first thing that the program does, so no other thread reads the environment.
    unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    isocortex_vm::heap::keep();
    let cli = cli::Cli::parse();
    let ui = ui::Ui::new(cli.json);
    let (choice, metrics) = (cli.choice(), cli.metrics);
    let verdict = cli.command.run(ui, choice).unwrap_or_else(|failure| {
        ui.failure(&failure);
        failure.verdict
    });
    if metrics {
        backend::tally(ui);
    }
    let verdict = if ui::unwritten() { failure::Verdict::Unmeasured } else { verdict };
    ExitCode::from(verdict.status())
}
