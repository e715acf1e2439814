//! The CUDA device, by cust.

mod card;
mod choice;
mod facts;
mod fault;
mod memory;
mod open;
mod sequence;
mod target;

pub use memory::CudaMemory;
pub use sequence::CudaSequence;
pub use target::Target;

use crate::{Device, Error, GpuBackend, Kernel, Launch, Part, Products};
use card::Card;
use cust::{
    error::CudaError,
    event::{Event, EventFlags},
    module::Module,
    stream::Stream,
};
use fault::at;
use memory::Channels;
use std::{sync::Arc, time::Duration};

/// Bytes of a constant that are copied at once.
const PIECE: usize = 16 << 20;
/// How long one such copy may take.
const COPY: Duration = Duration::from_secs(10);

/// Models on an NVIDIA card.
pub type CudaBackend = GpuBackend<CudaDevice>;

impl CudaBackend {
    /// The first card, after its self-test, as [`best`](Self::best) opens it.
    ///
    /// # Errors
    /// [`Error::NoDriver`], [`Error::NoDevice`], [`Error::TooOld`], [`Error::SelfTest`], or what the driver says.
    pub fn new() -> Result<Self, Error> {
        Self::best(0, None)
    }
}

/// An NVIDIA card with the kernels loaded.
pub struct CudaDevice {
    // Dropped in this order: what lives in the context, then the context.
    /// By kernel; `None` where the target has no such kernel.
    modules: Vec<Option<Module>>,
    channels: Channels,
    card: Arc<Card>,
    patience: Option<Duration>,
    budget: u64,
    compute: (i32, i32),
    target: Target,
    demoted: Option<String>,
    description: String,
}

impl CudaDevice {
    /// The card's name and compute capability.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Major and minor number of its compute capability.
    pub const fn compute(&self) -> (i32, i32) {
        self.compute
    }

    /// The card with one time limit for everything in place of what fits the work: for tests, and for a card that
    /// others keep busy for long.
    #[must_use]
    pub fn with_patience(mut self, limit: Duration) -> Self {
        self.patience = Some(limit);
        self
    }
}

impl Drop for CudaDevice {
    fn drop(&mut self) {
        let modules = std::mem::take(&mut self.modules);
        // Freed in the current context; where the card is lost they are left to the process.
        if !self.card.frees() {
            std::mem::forget(modules);
        }
    }
}

impl Device for CudaDevice {
    const NAME: &'static str = "cuda";
    type Memory = CudaMemory;
    type Sequence = CudaSequence;

    fn has(&self, kernel: Kernel) -> bool {
        self.modules.get(kernel as usize).is_some_and(Option::is_some)
    }

    fn alloc(&self, bytes: usize) -> Result<CudaMemory, Error> {
        self.card.enter()?;
        self.card.note(format!("allocating {bytes} bytes"), CudaMemory::new(&self.card, bytes))
    }

    fn upload(&self, to: Part<'_, CudaMemory>, bytes: &[u8]) -> Result<(), Error> {
        inside(to, bytes)?;
        for (index, piece) in bytes.chunks(PIECE).enumerate() {
            self.channels.run(&[(from(to, index), piece)], &mut [], COPY, |_| Ok(()))?;
        }
        Ok(())
    }

    fn download(&self, from_part: Part<'_, CudaMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        inside(from_part, bytes)?;
        for (index, piece) in bytes.chunks_mut(PIECE).enumerate() {
            self.channels.run(&[], &mut [(from(from_part, index), piece)], COPY, |_| Ok(()))?;
        }
        Ok(())
    }

    fn record(&self, launches: &[Launch<'_, CudaMemory>]) -> Result<CudaSequence, Error> {
        launches.iter().try_for_each(Launch::check)?;
        let mut sequence = CudaSequence::new(launches);
        let capture = |stream: &Stream| sequence.capture(&self.card, &self.modules, stream);
        self.channels.run(&[], &mut [], COPY, capture)?;
        Ok(sequence)
    }

    fn play(
        &self,
        sequence: &mut CudaSequence,
        inputs: &[(Part<'_, CudaMemory>, &[u8])],
        outputs: &mut [(Part<'_, CudaMemory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error> {
        let start = |stream: &Stream| sequence.start(&self.card, &self.modules, stream);
        self.channels.run(inputs, outputs, self.patience.unwrap_or(limit), start)
    }

    fn time(&self, sequence: &mut CudaSequence, limit: Duration) -> Result<Duration, Error> {
        const WHAT: &str = "timing kernels";
        self.card.enter()?;
        let event = || self.card.note(WHAT, Event::new(EventFlags::DEFAULT));
        let (begin, end) = (event()?, event()?);
        let between = |stream: &Stream| {
            self.card.note(WHAT, begin.record(stream))?;
            sequence.start(&self.card, &self.modules, stream)?;
            self.card.note(WHAT, end.record(stream))
        };
        self.channels.run(&[], &mut [], self.patience.unwrap_or(limit), between)?;
        // The driver counts milliseconds, in steps of about half a microsecond.
        let milliseconds = self.card.note(WHAT, end.elapsed_time_f32(&begin))?;
        Ok(Duration::try_from_secs_f32(milliseconds).unwrap_or_default() / 1_000)
    }

    fn products(&self) -> Products {
        match self.target {
            Target::Sm61 => Products::Rows,
            Target::Sm80 => Products::Large,
            Target::Sm90a => Products::Wgmma,
        }
    }

    fn budget(&self) -> u64 {
        self.budget
    }
}

fn inside(part: Part<'_, CudaMemory>, bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= part.bytes { Ok(()) } else { Err(at("copying")(CudaError::InvalidValue)) }
}

/// A part from its piece of this number on.
fn from(part: Part<'_, CudaMemory>, index: usize) -> Part<'_, CudaMemory> {
    let skipped = index.saturating_mul(PIECE);
    let (offset, bytes) = (part.offset.saturating_add(skipped), part.bytes.saturating_sub(skipped));
    Part { offset, bytes, ..part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_driver_the_error_says_so() {
        match CudaBackend::new() {
            Ok(backend) => println!("self-test passed on {}", backend.device().description()),
            Err(error @ Error::NoDriver(_)) => {
                let text = error.to_string();
                assert!(text.contains("libcuda.so.1") && text.contains("install NVIDIA's driver"), "{text}");
            }
            Err(Error::NoDevice { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
