//! The seam between what is to be launched and who launches it.

use crate::{Error, Kernel};

/// A machine with memory of its own that runs the kernels: a CUDA device, or its emulation.
///
/// Work is done in the order of the calls, as one stream. Memory that is dropped may be given to a later
/// [`alloc`](Self::alloc), which sees its old contents.
pub trait Device: Send + Sync + 'static {
    /// What the backend over this device is called.
    const NAME: &'static str;

    /// A piece of the device's memory, aligned to 16 bytes or more; freed when dropped.
    type Memory: Send + Sync;

    /// Takes `bytes` of memory, at least one. The contents are anything.
    ///
    /// # Errors
    /// [`Error::Device`] where there is not so much.
    fn alloc(&self, bytes: usize) -> Result<Self::Memory, Error>;

    /// Copies to the start of `to`.
    ///
    /// # Errors
    /// [`Error::Device`], also where `bytes` is longer than the memory.
    fn upload(&self, to: &Self::Memory, bytes: &[u8]) -> Result<(), Error>;

    /// Waits for all launches and copies from the start of `from`.
    ///
    /// # Errors
    /// [`Error::Device`], also where `bytes` is longer than the memory, and for a fault of an earlier launch.
    fn download(&self, from: &Self::Memory, bytes: &mut [u8]) -> Result<(), Error>;

    /// Starts a kernel.
    ///
    /// # Errors
    /// [`Error::Device`] with the kernel's name.
    fn launch(&self, launch: &Launch<'_, Self::Memory>) -> Result<(), Error>;

    /// Bytes that the values of one run may take together.
    fn budget(&self) -> u64;
}

/// One start of a kernel, in a one-dimensional grid of blocks of [`THREADS`](crate::THREADS).
pub struct Launch<'a, M> {
    /// What runs.
    pub kernel: Kernel,
    /// Blocks, at least one and below 2^31.
    pub blocks: u32,
    /// The pointer arguments: operands, constants, result.
    pub memory: &'a [&'a M],
    /// The struct argument.
    pub ints: &'a [i32],
}

impl<M> Launch<'_, M> {
    /// Refuses arguments that are not the kernel's; devices call it first, for a wrong number of them is
    /// undefined behaviour in a driver.
    ///
    /// # Errors
    /// [`Error::Layout`].
    pub fn check(&self) -> Result<(), Error> {
        let fits = (self.memory.len(), self.ints.len()) == self.kernel.arguments();
        if fits && self.blocks > 0 && self.blocks <= i32::MAX as u32 {
            Ok(())
        } else {
            Err(Error::layout(format!("the arguments of {}", self.kernel)))
        }
    }
}
