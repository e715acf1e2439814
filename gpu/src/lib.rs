//! Models on a GPU, bit for bit as the reference computes them.
//!
//! [`CudaBackend::new`] gives an [`isocortex_inference::Backend`] where there is a card, after a self-test of
//! every kernel, and says what is missing where there is none. Everything above the driver is written over
//! [`Device`], so tests run the same graph walk and the same kernels on an emulation of the card.
//!
//! With the feature `vulkan`, [`Device`] is also any GPU with a Vulkan driver, by shaders of the same names.
//!
//! The kernels are CUDA C++ in `gpu/kernels`, one file a contract; their PTX is committed, made by
//! `gpu/ptx.sh` and checked by it. Building needs no CUDA toolkit and starting needs no driver.
//!
#![cfg_attr(
    feature = "cuda",
    doc = "```no_run
use isocortex_gpu::CudaBackend;
use isocortex_inference::Backend;

let backend = CudaBackend::new()?; // Err: no NVIDIA driver, no device, a failed self-test
println!(\"{} on {}\", backend.name(), backend.device().description());
# Ok::<(), isocortex_gpu::Error>(())
```"
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod backend;
#[cfg(feature = "cuda")]
mod cuda;
mod device;
mod error;
mod facts;
mod fuse;
mod kernel;
mod loaded;
mod lower;
mod pack;
mod plan;
mod products;
mod program;
mod residency;
mod resident;
mod selftest;
mod stopwatch;
mod tail;
#[cfg(feature = "vulkan")]
mod vulkan;

pub use backend::GpuBackend;
#[cfg(feature = "cuda")]
pub use cuda::{CudaBackend, CudaDevice, CudaMemory, CudaSequence, Target};
pub use device::{ALIGNMENT, Device, Launch, Part};
pub use error::Error;
pub use facts::Facts;
pub use isocortex_inference::Fault;
pub use kernel::{Kernel, THREADS};
pub use products::Products;
pub use selftest::Case;
pub use stopwatch::Stopwatch;
#[cfg(feature = "vulkan")]
pub use vulkan::{VulkanAdapter, VulkanBackend, VulkanDevice, VulkanMemory, VulkanSequence};
