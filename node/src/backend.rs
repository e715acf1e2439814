//! Choosing a backend, and trying it before it is trusted.

use crate::failure::Failure;
use clap::ValueEnum;
use isocortex_gpu::{Case, CudaBackend, Kernel};
use isocortex_inference::{Backend, Cpu, Isa, Reference};
use isocortex_precompiles::Engine;
use serde::Serialize;
use std::sync::Arc;

/// Cases a kernel in the self-test.
const CASES: u64 = 4;
/// Bytes of models that an engine keeps in memory.
const MODEL_BYTES: u64 = 256 << 20;

/// Who computes models. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The specification as plain loops: slow, and the authority.
    Reference,
    /// This machine's processor, with its vector instructions.
    Cpu,
    /// An NVIDIA card.
    Cuda,
}

impl Kind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Reference, Self::Cpu, Self::Cuda];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

/// The user's choice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// `--backend`.
    pub kind: Option<Kind>,
    /// `--threads`.
    pub threads: Option<usize>,
    /// `--isa`.
    pub isa: Option<Isa>,
}

impl Choice {
    /// Opens the chosen backend, or `default`, after its self-test.
    ///
    /// # Errors
    /// A missing device, or a known answer that differs.
    pub fn open(self, default: Kind) -> Result<Arc<dyn Backend>, Failure> {
        let backend = open(self.kind.unwrap_or(default), self)?;
        self_test(&*backend)?;
        Ok(backend)
    }

    /// An engine over [`open`](Self::open).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn engine(self, default: Kind) -> Result<Arc<Engine>, Failure> {
        Ok(engine(self.open(default)?))
    }
}

/// An engine over a backend, for one process.
pub fn engine(backend: Arc<dyn Backend>) -> Arc<Engine> {
    Arc::new(Engine::new(backend, MODEL_BYTES))
}

/// Opens a backend. Its self-test is the caller's part, but for cards, which are tested as they are opened.
fn open(kind: Kind, choice: Choice) -> Result<Arc<dyn Backend>, Failure> {
    Ok(match kind {
        Kind::Reference => Arc::new(Reference),
        Kind::Cpu => {
            Arc::new(Cpu::with_isa(choice.isa.unwrap_or_else(Isa::best), choice.threads.unwrap_or(0))?)
        }
        Kind::Cuda => {
            let backend = CudaBackend::new().map_err(|error| {
                Failure::new(format_args!("backend cuda: {error}"))
                    .hint("`isocortex devices` shows what this machine has; --backend cpu works everywhere")
            })?;
            Arc::new(backend)
        }
    })
}

/// Threads that this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Compares known answers for every op.
///
/// # Errors
/// The first word that differs, or the machine's fault.
pub fn self_test(backend: &dyn Backend) -> Result<u64, Failure> {
    let mut cases = 0;
    for &kernel in Kernel::ALL {
        for seed in 0..CASES {
            let wrong = |error: isocortex_gpu::Error| {
                Failure::refused(format_args!("backend {}: {error}", backend.name()))
                    .hint("do not use this backend on this machine; --backend reference always works")
            };
            let case = Case::new(kernel, seed).map_err(wrong)?;
            let answers = backend.load(Arc::clone(case.model()))?.run(&case.batch())?;
            case.compare(&answers).map_err(wrong)?;
            cases += 1;
        }
    }
    Ok(cases)
}

/// What is known of a backend on this machine.
#[derive(Clone, Debug, Serialize)]
pub struct Device {
    /// The word on the command line.
    pub backend: Kind,
    /// Whether it can be chosen.
    pub usable: bool,
    /// What it runs on, or why it does not.
    pub what: String,
    /// Known answers that were right; none where it is not usable.
    pub self_test: u64,
}

/// Opens and tries every backend.
pub fn survey(choice: Choice) -> Vec<Device> {
    let look = |kind| {
        let outcome =
            open(kind, choice).and_then(|backend| Ok((describe(kind, choice), self_test(&*backend)?)));
        match outcome {
            Ok((what, self_test)) => Device { backend: kind, usable: true, what, self_test },
            Err(failure) => Device { backend: kind, usable: false, what: failure.message, self_test: 0 },
        }
    };
    Kind::ALL.into_iter().map(look).collect()
}

fn describe(kind: Kind, choice: Choice) -> String {
    match kind {
        Kind::Reference => "SPEC.md as plain loops, one thread".into(),
        Kind::Cpu => {
            let isa = choice.isa.unwrap_or_else(Isa::best).name();
            format!("{isa}, {} thread(s)", choice.threads.unwrap_or_else(cores))
        }
        Kind::Cuda => {
            CudaBackend::new().map_or_else(|e| e.to_string(), |cuda| cuda.device().description().to_string())
        }
    }
}
