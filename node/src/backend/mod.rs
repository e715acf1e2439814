//! Choosing a backend, and trying it before it is trusted.

mod gpu;
mod survey;
mod tally;

pub use survey::{Device, SelfTest, survey};
pub use tally::{METRICS, computed, elsewhere, tally};

use crate::failure::Failure;
use clap::ValueEnum;
use gpu::Gpu;
use isocortex_gpu::{Case, Kernel};
use isocortex_inference::{Backend, Cpu, Dual, Error, Failover, Isa, Metered, Reference};
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
    /// An NVIDIA card, by its own driver.
    Cuda,
    /// Any other GPU, by its Vulkan driver.
    Vulkan,
    /// The first that works here of cuda, vulkan on a real GPU, cpu.
    Auto,
}

impl Kind {
    /// All that stand for themselves, in the order in which they are listed.
    pub const ALL: [Self; 4] = [Self::Reference, Self::Cpu, Self::Cuda, Self::Vulkan];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Vulkan => "vulkan",
            Self::Auto => "auto",
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
    /// `--no-failover`.
    pub alone: bool,
    /// `--dual`.
    pub dual: Option<Kind>,
}

impl Choice {
    /// Opens the chosen backend, or `default`, after its self-test: counted, a GPU with the CPU behind it, and
    /// watched by another where that was asked for.
    ///
    /// # Errors
    /// A missing device, or a known answer that differs.
    pub fn open(self, default: Kind) -> Result<Arc<dyn Backend>, Failure> {
        let (kind, backend) = self.resolve(self.kind.unwrap_or(default))?;
        let backend = match kind {
            Kind::Cuda | Kind::Vulkan if !self.alone => {
                Arc::new(Failover::new(backend, self.resolve(Kind::Cpu)?.1, Arc::clone(&METRICS)))
            }
            _ => backend,
        };
        let Some(other) = self.dual else { return Ok(backend) };
        let (other, watch) = self.resolve(other)?;
        if other == kind {
            let name = kind.name();
            return Err(Failure::new(format_args!("--dual {name} would compare {name} with itself"))
                .hint("choose two backends, as in --backend cuda --dual cpu"));
        }
        Ok(Arc::new(Dual::new(backend, watch, Arc::clone(&METRICS))))
    }

    /// An engine over [`open`](Self::open).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn engine(self, default: Kind) -> Result<Arc<Engine>, Failure> {
        Ok(engine(self.open(default)?))
    }

    /// One backend, tested and counted, and which it is.
    fn resolve(self, kind: Kind) -> Result<(Kind, Arc<dyn Backend>), Failure> {
        let backend: Arc<dyn Backend> = match kind {
            Kind::Reference => Arc::new(Reference),
            Kind::Cpu => {
                let cpu = self.cpu()?;
                self_test(&cpu)?;
                Arc::new(cpu)
            }
            Kind::Cuda | Kind::Vulkan => {
                Gpu::open(kind, true).map_err(|error| gpu::failure(kind, &error))?.backend
            }
            Kind::Auto => return self.best(),
        };
        Ok((kind, metered(backend)))
    }

    /// The first that works. A GPU that is there and cannot be used is spoken of.
    fn best(self) -> Result<(Kind, Arc<dyn Backend>), Failure> {
        for kind in [Kind::Cuda, Kind::Vulkan] {
            match Gpu::open(kind, false) {
                Ok(gpu) => return Ok((kind, metered(gpu.backend))),
                Err(error) if gpu::absent(&error) => {}
                Err(error) => tally::note(&gpu::failure(kind, &error).message),
            }
        }
        self.resolve(Kind::Cpu)
    }

    fn cpu(self) -> Result<Cpu, Error> {
        Cpu::with_isa(self.isa.unwrap_or_else(Isa::best), self.threads.unwrap_or(0))
    }
}

fn metered(backend: Arc<dyn Backend>) -> Arc<dyn Backend> {
    Arc::new(Metered::new(backend, Arc::clone(&METRICS)))
}

/// An engine over a backend, for one process.
pub fn engine(backend: Arc<dyn Backend>) -> Arc<Engine> {
    Arc::new(Engine::new(backend, MODEL_BYTES))
}

/// Threads that this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Compares known answers for every kernel; returns how many. Cards are tested as they are opened.
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
