//! The seam between what is to be launched and who launches it.

use crate::{Error, Kernel, Products};
use std::time::{Duration, Instant};

/// What the offset of every [`Part`] is a multiple of, in bytes: no device wants more.
pub const ALIGNMENT: usize = 256;

/// A machine with memory of its own that runs the kernels.
///
/// Calls come from many threads. Each sequence is in order within itself; two sequences have no memory that one
/// of them writes in common while both play.
pub trait Device: Send + Sync + 'static {
    /// What the backend over this device is called.
    const NAME: &'static str;

    /// A piece of the device's memory, aligned to [`ALIGNMENT`]; freed when it and all sequences that name it
    /// are dropped.
    type Memory: Send + Sync;

    /// Launches prepared to be played again and again. Keeps the memory that they name.
    type Sequence: Send;

    /// Whether it runs this kernel; a model that needs another one runs on the CPU.
    fn has(&self, _kernel: Kernel) -> bool {
        true
    }

    /// Takes `bytes` of memory, at least one. The contents are anything.
    ///
    /// # Errors
    /// [`Error::Device`] where there is not so much.
    fn alloc(&self, bytes: usize) -> Result<Self::Memory, Error>;

    /// Copies to the start of a part. Sequences played later see it.
    ///
    /// # Errors
    /// [`Error::Device`], also where `bytes` is longer than the part, or the part than its memory.
    fn upload(&self, to: Part<'_, Self::Memory>, bytes: &[u8]) -> Result<(), Error>;

    /// Copies from the start of a part what was there when the last [`play`](Self::play) returned.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    fn download(&self, from: Part<'_, Self::Memory>, bytes: &mut [u8]) -> Result<(), Error>;

    /// Prepares launches, which may be none; each sees what those before it have written.
    ///
    /// # Errors
    /// [`Error::Layout`] where [`Launch::check`] refuses one, or [`Error::Device`].
    fn record(&self, launches: &[Launch<'_, Self::Memory>]) -> Result<Self::Sequence, Error>;

    /// Copies the inputs, runs the sequence, copies the outputs, waits for all of it.
    ///
    /// A device that is not done after `limit` counts as lost: this and all later calls are errors. The clock
    /// decides nothing else.
    ///
    /// # Errors
    /// [`Error::Device`], with the kernel's name where it is known.
    fn play(
        &self,
        sequence: &mut Self::Sequence,
        inputs: &[(Part<'_, Self::Memory>, &[u8])],
        outputs: &mut [(Part<'_, Self::Memory>, &mut [u8])],
        limit: Duration,
    ) -> Result<(), Error>;

    /// Runs the sequence on the memory as it is, and says how long that took: on the device, where it has a clock
    /// of its own, else until the wait was over.
    ///
    /// # Errors
    /// As [`play`](Self::play).
    fn time(&self, sequence: &mut Self::Sequence, limit: Duration) -> Result<Duration, Error> {
        let start = Instant::now();
        self.play(sequence, &[], &mut [], limit)?;
        Ok(start.elapsed())
    }

    /// Which forms of the matrix products there are.
    fn products(&self) -> Products {
        Products::Small
    }

    /// Bytes of memory that a backend may use, unless it is told otherwise.
    fn budget(&self) -> u64;
}

/// A range of a device's memory.
pub struct Part<'a, M> {
    /// Of what.
    pub memory: &'a M,
    /// Where it begins: a multiple of [`ALIGNMENT`].
    pub offset: usize,
    /// Its length, at least one.
    pub bytes: usize,
}

// Derived, these would ask the same of `M`.
impl<M> Clone for Part<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Part<'_, M> {}

/// One start of a kernel, in a one-dimensional grid of blocks of [`THREADS`](crate::THREADS).
pub struct Launch<'a, M> {
    /// What runs.
    pub kernel: Kernel,
    /// Blocks, at least one and below 2^31.
    pub blocks: u32,
    /// The pointer arguments, in the kernel's order. Two may be the same part; else those that are written
    /// overlap no other.
    pub memory: Vec<Part<'a, M>>,
    /// The struct argument.
    pub ints: Vec<i32>,
}

impl<M> Launch<'_, M> {
    /// Refuses arguments that are not the kernel's; devices call it first, for a wrong number of them is
    /// undefined behaviour in a driver.
    ///
    /// # Errors
    /// [`Error::Layout`].
    pub fn check(&self) -> Result<(), Error> {
        let fits = (self.memory.len(), self.ints.len()) == self.kernel.arguments();
        let aligned = self.memory.iter().all(|part| part.offset.is_multiple_of(ALIGNMENT) && part.bytes > 0);
        if fits && aligned && self.blocks > 0 && self.blocks <= i32::MAX as u32 {
            Ok(())
        } else {
            Err(Error::layout(format!("the arguments of {}", self.kernel)))
        }
    }
}
