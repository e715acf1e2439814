//! Device memory, and copies to and from it.

use super::card::Card;
use crate::{Error, Part};
use cust::{
    error::{CudaError, CudaResult},
    event::{Event, EventFlags},
    memory::{AsyncCopyDestination, DeviceBuffer, DeviceSlice, LockedBuffer},
    stream::{Stream, StreamFlags},
};
use std::{
    mem::ManuallyDrop,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Locked memory that a channel keeps; more is given back after use.
const KEPT: usize = 128 << 20;

/// A piece of device memory.
#[derive(Clone)]
pub struct CudaMemory(Arc<Buffer>);

struct Buffer {
    buffer: ManuallyDrop<DeviceBuffer<u8>>,
    card: Arc<Card>,
}

impl CudaMemory {
    /// Memory of exactly `bytes`. The context is current.
    pub(super) fn new(card: &Arc<Card>, bytes: usize) -> CudaResult<Self> {
        // SAFETY: whoever takes memory writes it before it is read: `Device::alloc` promises nothing else.
        let buffer = unsafe { DeviceBuffer::uninitialized(bytes) }?;
        Ok(Self(Arc::new(Buffer { buffer: ManuallyDrop::new(buffer), card: Arc::clone(card) })))
    }

    pub(super) fn address(&self, offset: usize) -> u64 {
        self.0.buffer.as_device_ptr().as_raw().saturating_add(offset as u64)
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The first `bytes` of a part.
    fn slice(part: Part<'_, Self>, bytes: usize) -> CudaResult<DeviceSlice<u8>> {
        let buffer = &part.memory.0.buffer;
        let end = part.offset.checked_add(part.bytes);
        if bytes > part.bytes || end.is_none_or(|end| end > buffer.len()) {
            return Err(CudaError::InvalidValue);
        }
        let pointer = buffer.as_device_ptr().wrapping_add(part.offset);
        // SAFETY: the memory is this buffer's, which outlives the copies that the slice is made for (each is
        // waited for); its bytes are plain, and device memory is never read or written through a host
        // reference, so that aliasing does not arise.
        Ok(unsafe { DeviceSlice::from_raw_parts(pointer, bytes) })
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.card.frees() {
            // SAFETY: dropped here once, and not used again.
            unsafe { ManuallyDrop::drop(&mut self.buffer) };
        }
    }
}

/// A stream, and locked memory of this machine for the copies on it.
struct Channel {
    stream: Stream,
    done: Event,
    locked: Option<LockedBuffer<u8>>,
}

impl Channel {
    fn new() -> CudaResult<Self> {
        // Not blocking: the legacy default stream would make streams wait for each other.
        let stream = Stream::new(StreamFlags::NON_BLOCKING, None)?;
        Ok(Self { stream, done: Event::new(EventFlags::DISABLE_TIMING)?, locked: None })
    }
}

/// The channels that nobody uses; as many as there ever were users at once.
pub(super) struct Channels {
    card: Arc<Card>,
    idle: Mutex<Vec<Channel>>,
}

impl Channels {
    pub fn new(card: &Arc<Card>) -> Self {
        Self { card: Arc::clone(card), idle: Mutex::default() }
    }

    /// Copies inputs, does `work` with the stream, copies outputs, waits. Where anything fails, all that has been
    /// begun has ended before this returns, or the card is lost.
    pub fn run(
        &self,
        inputs: &[(Part<'_, CudaMemory>, &[u8])],
        outputs: &mut [(Part<'_, CudaMemory>, &mut [u8])],
        limit: Duration,
        work: impl FnOnce(&Stream) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.card.enter()?;
        let kept = self.lock().pop();
        let mut channel =
            ManuallyDrop::new(kept.map_or_else(|| self.card.note("creating a stream", Channel::new()), Ok)?);
        let run = self.on(&mut channel, inputs, outputs, limit, work);
        // Where the wait fails the card is lost, and the channel with it: copies may still write its memory.
        if run.is_ok()
            || self.card.enter().and_then(|()| self.card.wait(&channel.stream, &channel.done, limit)).is_ok()
        {
            let mut channel = ManuallyDrop::into_inner(channel);
            channel.locked.take_if(|locked| locked.len() > KEPT);
            self.lock().push(channel);
        }
        run
    }

    fn on(
        &self,
        channel: &mut Channel,
        inputs: &[(Part<'_, CudaMemory>, &[u8])],
        outputs: &mut [(Part<'_, CudaMemory>, &mut [u8])],
        limit: Duration,
        work: impl FnOnce(&Stream) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sizes = inputs.iter().map(|(_, bytes)| bytes.len()).chain(outputs.iter().map(|(_, b)| b.len()));
        let bytes = sizes.fold(0, usize::saturating_add);
        if channel.locked.as_ref().is_none_or(|locked| locked.len() < bytes) {
            channel.locked = None;
            let locked = LockedBuffer::new(&0, bytes.next_power_of_two());
            channel.locked = Some(self.card.note(format!("locking {bytes} bytes"), locked)?);
        }
        let (stream, done) = (&channel.stream, &channel.done);
        let mut rest = channel.locked.as_mut().map_or(&mut [][..], |locked| locked.as_mut_slice());
        for (part, bytes) in inputs {
            let (staged, after) = rest.split_at_mut(bytes.len());
            rest = after;
            staged.copy_from_slice(bytes);
            let copied = CudaMemory::slice(*part, bytes.len()).and_then(|mut slice| {
                // SAFETY: what is staged stays as it is until the stream has been waited for, or for ever.
                unsafe { slice.async_copy_from(&*staged, stream) }
            });
            self.card.note("copying to the device", copied)?;
        }
        work(stream)?;
        let mut staged = vec![];
        for (part, bytes) in outputs.iter() {
            let (to, after) = rest.split_at_mut(bytes.len());
            rest = after;
            let copied = CudaMemory::slice(*part, bytes.len()).and_then(|slice| {
                // SAFETY: nobody looks at these bytes until the stream has been waited for.
                unsafe { slice.async_copy_to(&mut *to, stream) }
            });
            self.card.note("copying from the device", copied)?;
            staged.push(to);
        }
        self.card.wait(stream, done, limit)?;
        for ((_, bytes), staged) in outputs.iter_mut().zip(staged) {
            bytes.copy_from_slice(staged);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Channel>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Channels {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *self.lock());
        if !self.card.frees() {
            std::mem::forget(idle);
        }
    }
}
