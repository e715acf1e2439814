//! What can go wrong between a checked model and a device.

use crate::Kernel;
use isocortex_inference::Fault;

/// Why a device computes nothing. Always the machine's fault, never the model's or the input's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The driver's library is not there.
    #[error("{0}; install NVIDIA's driver, or choose --backend cpu")]
    NoDriver(String),
    /// The driver is there and shows no such device.
    #[error("no CUDA device number {ordinal} ({found} found)")]
    NoDevice {
        /// The number asked for, from 0.
        ordinal: u32,
        /// Devices that the driver shows.
        found: u32,
    },
    /// No device that Vulkan shows can be used.
    #[error("no GPU by Vulkan ({0}); install the GPU's Vulkan driver, or choose --backend cpu")]
    NoVulkan(String),
    /// The card is older than the oldest that the kernels are made for.
    #[error("{device} has compute capability {major}.{minor}; 6.1 or later is needed")]
    TooOld {
        /// The card's name.
        device: String,
        /// Compute capability.
        major: i32,
        /// Compute capability.
        minor: i32,
    },
    /// The driver or the device refused something.
    #[error("{what}: {reason}")]
    Device {
        /// What kind of fault it is.
        fault: Fault,
        /// What was being done, with the kernel's name where there is one.
        what: String,
        /// The driver's word for it.
        reason: String,
    },
    /// A model needs more memory than the device's budget.
    #[error("out of memory: {bytes} bytes for one model, of a budget of {budget}")]
    Memory {
        /// Bytes that it needs at once.
        bytes: u64,
        /// Bytes that there are for all models.
        budget: u64,
    },
    /// A known answer differs: this device must not be used.
    #[error(
        "self-test: kernel {kernel} is wrong on this device (case {seed}, run {run}, word {word}: \
         {got} instead of {wanted}); the backend stays off"
    )]
    SelfTest {
        /// The kernel.
        kernel: Kernel,
        /// Number of the case.
        seed: u64,
        /// Position in the batch.
        run: usize,
        /// Index of the first differing element of the result.
        word: usize,
        /// What the reference computes.
        wanted: i32,
        /// What the device computed.
        got: i32,
    },
    /// An op, or an op on such operands, that no kernel computes yet: the model runs on the CPU.
    #[error("no kernel on this device for {0}")]
    NoKernel(String),
    /// A size does not fit what kernels count with, or a graph is not as its check left it.
    #[error("{0} cannot be laid out for a device")]
    Layout(String),
    /// The reference itself refused.
    #[error(transparent)]
    Reference(#[from] isocortex_inference::Error),
    /// A self-test case is no model.
    #[error("self-test: {0}")]
    Case(#[from] isocortex_model::Error),
}

impl Error {
    /// What kind of fault it is.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Device { fault, .. } => *fault,
            Self::Memory { .. } => Fault::Memory,
            Self::SelfTest { .. } => Fault::Wrong,
            _ => Fault::Other,
        }
    }

    pub(crate) fn layout(what: impl std::fmt::Display) -> Self {
        Self::Layout(what.to_string())
    }
}
