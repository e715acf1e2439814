//! The budget of a device's memory, and the models that have it: those used lately.

use crate::{Device, Error, resident::Resident};
use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// A device and who has its memory.
///
/// A thread waits for memory only while it has none, and whoever has memory ends its run without asking for
/// more; so everybody is served. Waiting threads are served in order, and no model that has given way comes
/// back before them.
pub(crate) struct Residency<D: Device> {
    pub device: Arc<D>,
    budget: u64,
    state: Mutex<State<D>>,
    freed: Condvar,
}

struct State<D: Device> {
    used: u64,
    /// Counts uses.
    clock: u64,
    /// By key, with the clock at their last use.
    models: BTreeMap<u64, (u64, Arc<Resident<D>>)>,
    keys: u64,
    /// The numbers of the next thread to come and of the next to be served.
    tickets: (u64, u64),
}

/// Bytes of the budget, given back when dropped; what lies in them is dropped before.
pub(crate) struct Reservation<D: Device> {
    residency: Arc<Residency<D>>,
    bytes: u64,
}

impl<D: Device> Residency<D> {
    pub fn new(device: Arc<D>, budget: u64) -> Arc<Self> {
        let state = State { used: 0, clock: 0, models: BTreeMap::new(), keys: 0, tickets: (0, 0) };
        Arc::new(Self { device, budget, state: Mutex::new(state), freed: Condvar::new() })
    }

    pub fn budget(&self) -> u64 {
        self.budget
    }

    /// Bytes that models have now.
    pub fn used(&self) -> u64 {
        self.lock().used
    }

    /// A name for a model.
    pub fn key(&self) -> u64 {
        let mut state = self.lock();
        state.keys += 1;
        state.keys
    }

    /// The model of this key, where it has memory; it is now the last used.
    pub fn find(&self, key: u64) -> Option<Arc<Resident<D>>> {
        let mut state = self.lock();
        state.clock += 1;
        let now = state.clock;
        let (used, resident) = state.models.get_mut(&key)?;
        *used = now;
        Some(Arc::clone(resident))
    }

    /// Keeps a model until it is forgotten or gives way.
    pub fn keep(&self, key: u64, resident: &Arc<Resident<D>>) {
        let mut state = self.lock();
        state.clock += 1;
        let now = state.clock;
        let replaced = state.models.insert(key, (now, Arc::clone(resident)));
        // Who waits may want that it gives way again.
        self.freed.notify_all();
        drop(state);
        drop(replaced);
    }

    /// The model is no more.
    pub fn forget(&self, key: u64) {
        let removed = self.lock().models.remove(&key);
        drop(removed);
    }

    /// Takes bytes of the budget; the models used longest ago give way, and where they still run this waits.
    ///
    /// # Errors
    /// [`Error::Memory`] where the whole budget is less.
    pub fn reserve(self: &Arc<Self>, bytes: u64) -> Result<Reservation<D>, Error> {
        if bytes > self.budget {
            return Err(Error::Memory { bytes, budget: self.budget });
        }
        let mut state = self.lock();
        let ticket = state.tickets.0;
        state.tickets.0 += 1;
        loop {
            if state.tickets.1 == ticket {
                if self.fits(&state, bytes) {
                    state.used += bytes;
                    state.tickets.1 += 1;
                    self.freed.notify_all();
                    return Ok(Reservation { residency: Arc::clone(self), bytes });
                }
                if let Some(oldest) = state.take_oldest(|_| true) {
                    // Its memory comes back now, or at the end of its last run.
                    drop(state);
                    drop(oldest);
                    state = self.lock();
                    continue;
                }
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes bytes of the budget if that needs no waiting; models that are not running give way.
    pub fn try_reserve(self: &Arc<Self>, bytes: u64) -> Option<Reservation<D>> {
        let mut state = self.lock();
        loop {
            if state.tickets.0 != state.tickets.1 || bytes > self.budget {
                return None;
            }
            if self.fits(&state, bytes) {
                state.used += bytes;
                return Some(Reservation { residency: Arc::clone(self), bytes });
            }
            let oldest = state.take_oldest(|resident| Arc::strong_count(resident) == 1)?;
            drop(state);
            drop(oldest);
            state = self.lock();
        }
    }

    /// Memory of the device. Where it has less than the budget says, since others use it too, models that are
    /// not running give way.
    pub fn alloc(&self, bytes: usize) -> Result<D::Memory, Error> {
        loop {
            let error = match self.device.alloc(bytes) {
                Ok(memory) => return Ok(memory),
                Err(error) => error,
            };
            let oldest = self.lock().take_oldest(|resident| Arc::strong_count(resident) == 1);
            drop(oldest.ok_or(error)?);
        }
    }

    fn fits(&self, state: &State<D>, bytes: u64) -> bool {
        state.used.saturating_add(bytes) <= self.budget
    }

    /// Each statement under the lock leaves the state sound, so a panic elsewhere does not matter here.
    fn lock(&self) -> MutexGuard<'_, State<D>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Device> State<D> {
    /// To be dropped when the lock is not held: that gives memory back.
    fn take_oldest(&mut self, may: impl Fn(&Arc<Resident<D>>) -> bool) -> Option<Arc<Resident<D>>> {
        let candidates = self.models.iter().filter(|(_, (_, resident))| may(resident));
        let key = *candidates.min_by_key(|(_, (used, _))| *used)?.0;
        self.models.remove(&key).map(|(_, resident)| resident)
    }
}

impl<D: Device> Drop for Reservation<D> {
    fn drop(&mut self) {
        let mut state = self.residency.lock();
        state.used = state.used.saturating_sub(self.bytes);
        self.residency.freed.notify_all();
    }
}
