//! Device memory, kept for the next request of the same size: allocating stops the device, and the sizes of a
//! model repeat.

use cust::{
    context::{Context, CurrentContext},
    error::{CudaError, CudaResult},
    memory::{DeviceBuffer, DeviceSlice},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A piece of device memory; back in the pool when dropped.
pub struct CudaMemory {
    buffer: Option<DeviceBuffer<u8>>,
    pool: Arc<Pool>,
}

impl CudaMemory {
    pub(super) fn address(&self) -> u64 {
        self.buffer.as_ref().map_or(0, |b| b.as_device_ptr().as_raw())
    }

    /// The first `bytes` of it.
    pub(super) fn with<T>(
        &self,
        bytes: usize,
        copy: impl FnOnce(&mut DeviceSlice<u8>) -> CudaResult<T>,
    ) -> CudaResult<T> {
        let buffer = self.buffer.as_ref().filter(|b| bytes <= b.len()).ok_or(CudaError::InvalidValue)?;
        // SAFETY: the memory is this buffer's for as long as the slice lives; its bytes are plain, and device
        // memory is never read or written through a host reference, so that aliasing does not arise.
        let mut slice = unsafe { DeviceSlice::from_raw_parts_mut(buffer.as_device_ptr(), bytes) };
        copy(&mut slice)
    }
}

impl Drop for CudaMemory {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer.take() {
            self.pool.put(buffer);
        }
    }
}

/// Free memory by size, and the context that it lives in.
pub(super) struct Pool {
    free: Mutex<Free>,
    /// Bytes that may lie idle.
    budget: u64,
    context: Context,
}

#[derive(Default)]
struct Free {
    by_size: BTreeMap<usize, Vec<DeviceBuffer<u8>>>,
    bytes: u64,
}

impl Pool {
    pub fn new(context: Context, budget: u64) -> Arc<Self> {
        Arc::new(Self { free: Mutex::default(), budget, context })
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Memory of exactly `bytes`. The context is current.
    pub fn take(self: &Arc<Self>, bytes: usize) -> CudaResult<CudaMemory> {
        let mut free = self.lock();
        let kept = free.by_size.get_mut(&bytes).and_then(Vec::pop);
        let buffer = match kept {
            Some(buffer) => {
                free.bytes = free.bytes.saturating_sub(bytes as u64);
                buffer
            }
            None => match allocate(bytes) {
                Err(CudaError::OutOfMemory) => {
                    *free = Free::default();
                    allocate(bytes)?
                }
                other => other?,
            },
        };
        Ok(CudaMemory { buffer: Some(buffer), pool: Arc::clone(self) })
    }

    fn put(&self, buffer: DeviceBuffer<u8>) {
        let mut free = self.lock();
        let bytes = buffer.len() as u64;
        if free.bytes.saturating_add(bytes) <= self.budget {
            free.bytes = free.bytes.saturating_add(bytes);
            free.by_size.entry(buffer.len()).or_default().push(buffer);
        } else {
            self.release(buffer);
        }
    }

    /// Freeing waits for the kernels that use it; where it fails, the memory is the process's.
    fn release<T>(&self, memory: T) {
        let _ = CurrentContext::set_current(&self.context).and_then(|()| CurrentContext::synchronize());
        drop(memory);
    }

    /// A panic between two statements here leaves the pool as good as before.
    fn lock(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let free = std::mem::take(&mut *self.lock());
        self.release(free);
    }
}

fn allocate(bytes: usize) -> CudaResult<DeviceBuffer<u8>> {
    // SAFETY: whoever takes memory writes it before it is read: `Device::alloc` promises nothing else.
    unsafe { DeviceBuffer::uninitialized(bytes) }
}
