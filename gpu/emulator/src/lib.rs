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

mod faulty;
mod process;

pub use faulty::{FaultyDevice, FaultySequence, Trouble, Troubles};

use isocortex_gpu::{Device, Error, Fault, Kernel, Launch, Part, Products, THREADS};
use process::{Process, Range};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

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
    /// Which card it is, by the forms of products that it has: dp4a is the least.
    pub products: Products,
    /// Under the address and undefined-behaviour sanitizers; about three times slower.
    pub sanitize: bool,
    /// The label of a block barrier that is left out, or 0. Shows that the emulation would notice.
    pub dropped_barrier: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, products: Products::Wgmma, sanitize: false, dropped_barrier: 0 }
    }
}

/// A device that is a process on the CPU. It does one thing at a time, and knows no time limit.
pub struct EmulatedDevice {
    process: Arc<Mutex<Process>>,
    products: Products,
}

/// Memory of an [`EmulatedDevice`].
pub struct EmulatedMemory(Arc<Allocation>);

struct Allocation {
    handle: u32,
    process: Arc<Mutex<Process>>,
}

/// Launches for an [`EmulatedDevice`].
pub struct EmulatedSequence {
    launches: Vec<Recorded>,
    _memory: Vec<Arc<Allocation>>,
}

struct Recorded {
    kernel: Kernel,
    blocks: u32,
    memory: Vec<Range>,
    ints: Vec<i32>,
}

fn locked<T>(process: &Mutex<Process>, work: impl FnOnce(&mut Process) -> T) -> T {
    work(&mut process.lock().unwrap_or_else(PoisonError::into_inner))
}

fn range(part: Part<'_, EmulatedMemory>) -> Range {
    Range { handle: part.memory.0.handle, offset: part.offset as u64, bytes: part.bytes as u64 }
}

/// The range, unless `bytes` are more.
fn within(part: Part<'_, EmulatedMemory>, bytes: &[u8]) -> Result<Range, Error> {
    if bytes.len() <= part.bytes {
        Ok(range(part))
    } else {
        let (what, reason) = ("copying".into(), "past the end of a part".into());
        Err(Error::Device { fault: Fault::Other, what, reason })
    }
}

impl EmulatedDevice {
    /// Starts one.
    ///
    /// # Errors
    /// [`Error::Device`] where the process does not start.
    pub fn new(options: Options) -> Result<Self, Error> {
        Ok(Self { process: Arc::new(Mutex::new(Process::start(options)?)), products: options.products })
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        // A process that has died has freed it.
        let _ = locked(&self.process, |p| p.free(self.handle));
    }
}

impl Device for EmulatedDevice {
    const NAME: &'static str = "emulated";
    type Memory = EmulatedMemory;
    type Sequence = EmulatedSequence;

    fn alloc(&self, bytes: usize) -> Result<EmulatedMemory, Error> {
        let handle = locked(&self.process, |p| p.alloc(bytes))?;
        Ok(EmulatedMemory(Arc::new(Allocation { handle, process: Arc::clone(&self.process) })))
    }

    fn upload(&self, to: Part<'_, EmulatedMemory>, bytes: &[u8]) -> Result<(), Error> {
        let to = within(to, bytes)?;
        locked(&self.process, |p| p.upload(to, bytes))
    }

    fn download(&self, from: Part<'_, EmulatedMemory>, bytes: &mut [u8]) -> Result<(), Error> {
        let from = within(from, bytes)?;
        locked(&self.process, |p| p.download(from, bytes))
    }

    fn record(&self, launches: &[Launch<'_, EmulatedMemory>]) -> Result<EmulatedSequence, Error> {
        launches.iter().try_for_each(Launch::check)?;
        let memory = launches.iter().flat_map(|launch| &launch.memory).map(|part| Arc::clone(&part.memory.0));
        let recorded = launches.iter().map(|launch| Recorded {
            kernel: launch.kernel,
            blocks: launch.blocks,
            memory: launch.memory.iter().copied().map(range).collect(),
            ints: launch.ints.clone(),
        });
        Ok(EmulatedSequence { launches: recorded.collect(), _memory: memory.collect() })
    }

    fn play(
        &self,
        sequence: &mut EmulatedSequence,
        inputs: &[(Part<'_, EmulatedMemory>, &[u8])],
        outputs: &mut [(Part<'_, EmulatedMemory>, &mut [u8])],
        _: Duration,
    ) -> Result<(), Error> {
        for (part, bytes) in inputs {
            self.upload(*part, bytes)?;
        }
        for Recorded { kernel, blocks, memory, ints } in &sequence.launches {
            let block = (THREADS, kernel.shared());
            locked(&self.process, |p| p.launch(kernel.name(), *blocks, block, memory, ints))?;
        }
        outputs.iter_mut().try_for_each(|(part, bytes)| self.download(*part, bytes))
    }

    fn products(&self) -> Products {
        self.products
    }

    fn budget(&self) -> u64 {
        1 << 31
    }
}
