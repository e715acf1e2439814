//! The command line.

use crate::{
    backend::{Choice, Kind},
    commands::{
        call, convert, db, devices, export, genesis, import, init, model, replay, run, send, test_vectors,
        upload,
    },
    demo,
    failure::{Failure, Verdict},
    ui::Ui,
};
use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use isocortex_inference::Isa;

/// An EVM in which contracts run neural networks, bit for bit the same everywhere
#[derive(Debug, Parser)]
#[command(
    name = "isocortex",
    version,
    arg_required_else_help = true,
    after_help = "\
Exit status:
  0  done; equal; the call returned
  1  measured, and the answer is no: a replay differs, a call reverted, a transaction was refused
  2  nothing could be measured: wrong usage, an unreadable file, no chain, no device, a fault of this node

Start with `isocortex demo`."
)]
pub struct Cli {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Who computes models; all give the same bits [default: cpu; replay: reference]
    #[arg(long, global = true, value_enum)]
    pub backend: Option<Kind>,
    /// Stop at a GPU's fault, instead of computing on the CPU with the same bits
    #[arg(long, global = true)]
    pub no_failover: bool,
    /// Compute everything on this backend too, and stop at the first difference
    #[arg(long, global = true, value_enum, value_name = "BACKEND")]
    pub dual: Option<Kind>,
    /// Print at the end, on standard error, what each backend did
    #[arg(long, global = true)]
    pub metrics: bool,
    /// Threads of the cpu backend [default: all]
    #[arg(long, global = true, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub threads: Option<usize>,
    /// Instructions of the cpu backend [default: the best that this machine has]
    #[arg(long, global = true, value_name = "SET", value_parser = isa())]
    pub isa: Option<Isa>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// The backend that the user asked for.
    pub const fn choice(&self) -> Choice {
        Choice {
            kind: self.backend,
            threads: self.threads,
            isa: self.isa,
            alone: self.no_failover,
            dual: self.dual,
        }
    }
}

/// The instruction sets by their names.
fn isa() -> impl TypedValueParser<Value = Isa> {
    PossibleValuesParser::new(Isa::ALL.map(Isa::name)).try_map(|name| {
        Isa::ALL.into_iter().find(|isa| isa.name() == name).ok_or("an unknown instruction set")
    })
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn an ONNX model into an integer model (.iso)
    Convert(convert::Args),
    /// Look at a model file, or run it
    Model(model::Args),
    /// Print the development chain's genesis file
    Genesis(genesis::Args),
    /// Start a chain in a directory
    Init(init::Args),
    /// Put a model on chain
    Upload(upload::Args),
    /// Create a contract
    Deploy(send::DeployArgs),
    /// Send a transaction
    Send(send::SendArgs),
    /// Seal transactions and import blocks from a file
    Run(run::Args),
    /// Call a contract on the head's state, without a transaction
    Call(call::Args),
    /// Write a chain to a file that can be replayed
    Export(export::Args),
    /// Execute an exported chain, or test vectors, again and compare every bit
    Replay(replay::Args),
    /// Look after a chain's database
    Db(db::Args),
    /// Append the blocks of a file in RLP, as `geth export` writes it
    Import(import::Args),
    /// Run the test vectors of others, such as Ethereum's official execution tests
    TestVectors(test_vectors::Args),
    /// Show the backends of this machine and try each
    Devices(devices::Args),
    /// Convert, upload, call, store, replay: the whole way, on a real model
    Demo(demo::Args),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// Whatever leaves the command without a result.
    pub fn run(self, ui: Ui, choice: Choice) -> Result<Verdict, Failure> {
        match self {
            Self::Convert(args) => convert::run(args, ui, choice),
            Self::Model(args) => model::run(args, ui, choice),
            Self::Genesis(args) => genesis::run(args),
            Self::Init(args) => init::run(args, ui, choice),
            Self::Upload(args) => upload::run(args, ui, choice),
            Self::Deploy(args) => send::deploy(args, ui, choice),
            Self::Send(args) => send::send(args, ui, choice),
            Self::Run(args) => run::run(args, ui, choice),
            Self::Call(args) => call::run(args, ui, choice),
            Self::Export(args) => export::run(args, ui, choice),
            Self::Replay(args) => replay::run(args, ui, choice),
            Self::Db(args) => db::run(args, ui),
            Self::Import(args) => import::run(args, ui, choice),
            Self::TestVectors(args) => test_vectors::run(args, ui, choice),
            Self::Devices(args) => devices::run(args, ui, choice),
            Self::Demo(args) => demo::run(args, ui, choice),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
