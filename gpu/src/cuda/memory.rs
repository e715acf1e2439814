//! Device memory.

use cust::{
    context::{Context, CurrentContext},
    error::{CudaError, CudaResult},
    memory::{DeviceBuffer, DeviceSlice},
};
use std::sync::Arc;

/// A piece of device memory.
#[derive(Clone)]
pub struct CudaMemory(Arc<Buffer>);

struct Buffer {
    buffer: DeviceBuffer<u8>,
    context: Arc<Context>,
}

impl CudaMemory {
    /// Memory of exactly `bytes`. The context is current.
    pub(super) fn new(context: &Arc<Context>, bytes: usize) -> CudaResult<Self> {
        // SAFETY: whoever takes memory writes it before it is read: `Device::alloc` promises nothing else.
        let buffer = unsafe { DeviceBuffer::uninitialized(bytes) }?;
        Ok(Self(Arc::new(Buffer { buffer, context: Arc::clone(context) })))
    }

    pub(super) fn address(&self, offset: usize) -> u64 {
        self.0.buffer.as_device_ptr().as_raw().saturating_add(offset as u64)
    }

    /// The first `bytes` of a part.
    pub(super) fn with<T>(
        &self,
        offset: usize,
        part: usize,
        bytes: usize,
        copy: impl FnOnce(&mut DeviceSlice<u8>) -> CudaResult<T>,
    ) -> CudaResult<T> {
        let all = self.0.buffer.len();
        if bytes > part || offset > all || part > all - offset {
            return Err(CudaError::InvalidValue);
        }
        let pointer = self.0.buffer.as_device_ptr().wrapping_add(offset);
        // SAFETY: the memory is this buffer's for as long as the slice lives; its bytes are plain, and device
        // memory is never read or written through a host reference, so that aliasing does not arise.
        let mut slice = unsafe { DeviceSlice::from_raw_parts_mut(pointer, bytes) };
        copy(&mut slice)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // Freed in the current context; a failure leaves it to the process.
        let _ = CurrentContext::set_current(&*self.context);
    }
}
