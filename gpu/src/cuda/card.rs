//! A card's context, and whether the card still answers.

use super::fault::kind;
use crate::Error;
use cust::{
    context::{Context, CurrentContext},
    error::CudaResult,
    event::{Event, EventStatus},
    stream::Stream,
};
use isocortex_inference::Fault;
use std::{
    mem::ManuallyDrop,
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

/// How long a wait asks without sleeping: as long as a small model takes.
const SPIN: Duration = Duration::from_millis(2);
/// How long it sleeps at a time afterwards.
const NAP: Duration = Duration::from_micros(100);

/// What everything on a card needs for as long as it lives.
///
/// A card that has failed is lost: whatever lies on it is left to the process, since a driver may wait for ever
/// when it is asked to free what a kernel uses that never ends. (It may also wait so in a thread that frees other
/// memory before the limit of the kernel that hangs is over; no lock is held there.)
pub(super) struct Card {
    context: ManuallyDrop<Context>,
    lost: OnceLock<String>,
}

impl Card {
    pub fn new(context: Context) -> Self {
        Self { context: ManuallyDrop::new(context), lost: OnceLock::new() }
    }

    /// Makes the context the calling thread's.
    ///
    /// # Errors
    /// [`Fault::Lost`] where the card is.
    pub fn enter(&self) -> Result<(), Error> {
        match self.lost.get() {
            Some(reason) => Err(error(Fault::Lost, "the card was lost earlier", reason.clone())),
            None => self.note("entering the context", CurrentContext::set_current(&*self.context)),
        }
    }

    /// Whether something may be freed; the context is then current.
    pub fn frees(&self) -> bool {
        self.enter().is_ok()
    }

    /// Names an error by what was being done, and remembers one after which nothing works.
    pub fn note<T>(&self, what: impl Into<String>, result: CudaResult<T>) -> Result<T, Error> {
        result.map_err(|code| {
            let (fault, what) = (kind(code), what.into());
            if matches!(fault, Fault::Lost | Fault::TimeOut) {
                self.lose(format!("{what}: {code:?}"));
            }
            // cust's `Display` asks the driver and can fail; `Debug` cannot.
            error(fault, what, format!("{code:?}"))
        })
    }

    fn lose(&self, reason: String) {
        let _ = self.lost.set(reason);
    }

    /// Waits until a stream has nothing to do. A card that is not done by then is lost.
    pub fn wait(&self, stream: &Stream, done: &Event, limit: Duration) -> Result<(), Error> {
        const WHAT: &str = "waiting for kernels";
        let started = Instant::now();
        self.note(WHAT, done.record(stream))?;
        while self.note(WHAT, done.query())? == EventStatus::NotReady {
            self.enter()?; // another thread may have found it lost
            let waited = started.elapsed();
            if waited > limit {
                let reason = format!("timed out after {} ms", limit.as_millis());
                self.lose(format!("{WHAT}: {reason}"));
                return Err(error(Fault::TimeOut, WHAT, reason));
            }
            if waited < SPIN {
                thread::yield_now();
            } else {
                thread::sleep(NAP);
            }
        }
        Ok(())
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        if self.lost.get().is_none() {
            // SAFETY: dropped here once, and not used again.
            unsafe { ManuallyDrop::drop(&mut self.context) };
        }
    }
}

fn error(fault: Fault, what: impl Into<String>, reason: String) -> Error {
    Error::Device { fault, what: what.into(), reason }
}
