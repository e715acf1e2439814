//! The GPU kernels, run on the CPU by an emulation of the CUDA execution model. For tests.
//!
//! The kernels' own `.cu` files are compiled by a C++ compiler against `cpp/emulator.h`: a fiber for each thread,
//! block and warp barriers, shared memory, exact models of the packed products. Threads run in a shuffled
//! order, memory starts as noise, a deadlock is an error. The emulator is a process of its own, so a crash, or
//! a finding of the sanitizers that it can be built with, is an error of the device and not of the test.
//!
//! ```
//! use isocortex_gpu::GpuBackend;
//! use isocortex_gpu_emulator::{EmulatedDevice, Options};
//!
//! let backend = GpuBackend::with_device(EmulatedDevice::new(Options::default()).unwrap()).unwrap();
//! # let _ = backend;
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod process;

use isocortex_gpu::{Device, Error, Launch, THREADS};
use process::Process;
use std::sync::{Arc, Mutex, PoisonError};

/// The folder of a `libcuda.so.1` whose one card is the emulator. A program that is started with it in front of
/// `LD_LIBRARY_PATH` runs the real CUDA backend, cust and all, without a card; what it can be told by the
/// environment is written in `cpp/driver.cpp`.
pub fn driver_folder() -> &'static std::path::Path {
    std::path::Path::new(env!("EMULATED_DRIVER"))
}

/// How the emulation runs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Shuffles the threads and fills memory with noise.
    pub seed: u64,
    /// Tensor-core products (compute 8.0 and later) instead of dp4a.
    pub mma: bool,
    /// Under the address and undefined-behaviour sanitizers; about three times slower.
    pub sanitize: bool,
    /// The label of a block barrier that is left out, or 0. Shows that the emulation would notice.
    pub dropped_barrier: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, mma: true, sanitize: false, dropped_barrier: 0 }
    }
}

/// A device that is a process on the CPU.
pub struct EmulatedDevice {
    process: Arc<Mutex<Process>>,
}

/// Memory of an [`EmulatedDevice`].
pub struct EmulatedMemory {
    handle: u32,
    process: Arc<Mutex<Process>>,
}

fn locked<T>(process: &Mutex<Process>, work: impl FnOnce(&mut Process) -> T) -> T {
    work(&mut process.lock().unwrap_or_else(PoisonError::into_inner))
}

impl EmulatedDevice {
    /// Starts one.
    ///
    /// # Errors
    /// [`Error::Device`] where the process does not start.
    pub fn new(options: Options) -> Result<Self, Error> {
        Ok(Self { process: Arc::new(Mutex::new(Process::start(options)?)) })
    }
}

impl Drop for EmulatedMemory {
    fn drop(&mut self) {
        // A process that has died has freed it.
        let _ = locked(&self.process, |p| p.free(self.handle));
    }
}

impl Device for EmulatedDevice {
    const NAME: &'static str = "emulated";
    type Memory = EmulatedMemory;

    fn alloc(&self, bytes: usize) -> Result<EmulatedMemory, Error> {
        let handle = locked(&self.process, |p| p.alloc(bytes))?;
        Ok(EmulatedMemory { handle, process: Arc::clone(&self.process) })
    }

    fn upload(&self, to: &EmulatedMemory, bytes: &[u8]) -> Result<(), Error> {
        locked(&self.process, |p| p.upload(to.handle, bytes))
    }

    fn download(&self, from: &EmulatedMemory, bytes: &mut [u8]) -> Result<(), Error> {
        locked(&self.process, |p| p.download(from.handle, bytes))
    }

    fn launch(&self, launch: &Launch<'_, EmulatedMemory>) -> Result<(), Error> {
        launch.check()?;
        let handles: Vec<u32> = launch.memory.iter().map(|m| m.handle).collect();
        locked(&self.process, |p| {
            p.launch(launch.kernel.name(), launch.blocks, THREADS, &handles, launch.ints)
        })
    }

    fn budget(&self) -> u64 {
        1 << 28
    }
}
