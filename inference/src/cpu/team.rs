//! Threads that share the work of one input.
//!
//! The caller publishes one set of tasks after the other and works on them itself; helpers take what is left, for as
//! long as the run lasts. Nobody waits for a helper that has not taken a task, so a run never stands still because the
//! machine or the pool is busy. Between tasks helpers spin, since the next set comes within microseconds, and after a
//! while let others run.
//!
//! Predicted: a set of tasks costs about a microsecond, where waking a thread that sleeps costs ten. Not measured apart.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Those that work on one run.
pub(super) struct Team {
    shared: Option<Arc<Shared>>,
    threads: usize,
}

#[derive(Default)]
struct Shared {
    /// The number of the set in the upper half, tasks that nobody has taken in the lower.
    open: AtomicU64,
    /// The set's work: valid while a task of it is not done.
    work: AtomicPtr<Work<'static>>,
    done: AtomicUsize,
    over: AtomicBool,
    /// The first panic of a task.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// A thin pointer's worth of a closure.
struct Work<'a>(&'a (dyn Fn(usize) + Sync));

impl Team {
    /// The caller alone.
    pub fn alone() -> Self {
        Self { shared: None, threads: 1 }
    }

    /// The caller and the threads of a pool, as many as the pool has in all.
    pub fn of(pool: &rayon::ThreadPool) -> Self {
        let (shared, threads) = (Arc::new(Shared::default()), pool.current_num_threads());
        for _ in 1..threads {
            let shared = shared.clone();
            pool.spawn(move || shared.help());
        }
        Self { shared: Some(shared), threads }
    }

    /// How many may work at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Does tasks 0 to `tasks` − 1, each once, in any order, on any thread; returns when all are done.
    pub fn each(&self, tasks: usize, work: &(dyn Fn(usize) + Sync)) {
        match &self.shared {
            Some(shared) if tasks > 1 && tasks < 1 << 32 => shared.all(tasks, work),
            _ => (0..tasks).for_each(work),
        }
    }

    /// Cuts a slice into chunks of `len`, the last of which may be shorter, and does each as a task.
    pub fn chunks<T: Send + Sync>(&self, all: &mut [T], len: usize, work: &(dyn Fn(usize, &mut [T]) + Sync)) {
        let (n, base) = (all.len(), Base(all.as_mut_ptr()));
        self.each(n.div_ceil(len.max(1)), &|task| {
            let from = task * len;
            let base = &base;
            // SAFETY: within the slice, which is borrowed until all is done; chunks are disjoint, and each is one
            // task's.
            work(task, unsafe { std::slice::from_raw_parts_mut(base.0.add(from), len.min(n - from)) });
        });
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        if let Some(shared) = &self.shared {
            shared.over.store(true, Ordering::Release);
        }
    }
}

impl Shared {
    fn all(&self, tasks: usize, work: &(dyn Fn(usize) + Sync)) {
        let work = Work(work);
        self.done.store(0, Ordering::Relaxed);
        self.work.store((&raw const work).cast_mut().cast(), Ordering::Relaxed);
        let set = (self.open.load(Ordering::Relaxed) >> 32).wrapping_add(1) << 32;
        self.open.store(set | tasks as u64, Ordering::Release);
        while self.take() {}
        // `work` outlives all tasks: each that was taken is done here.
        let mut spins = 0u32;
        while self.done.load(Ordering::Acquire) < tasks {
            pause(&mut spins);
        }
        let panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Does one task, if there is one that nobody has taken.
    fn take(&self) -> bool {
        let open = self.open.load(Ordering::Acquire);
        let left = open & 0xffff_ffff;
        if left == 0 {
            return false;
        }
        if self.open.compare_exchange_weak(open, open - 1, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            let work = self.work.load(Ordering::Relaxed);
            // SAFETY: the task just taken is of the current set and not done, so `all` has not returned and its
            // `work` is alive; it was stored before the set was opened.
            let work = unsafe { &*work };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (work.0)(left as usize - 1))) {
                self.panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
            }
            self.done.fetch_add(1, Ordering::Release);
        }
        true
    }

    fn help(&self) {
        let mut spins = 0;
        while !self.over.load(Ordering::Acquire) {
            if self.take() {
                spins = 0;
            } else {
                pause(&mut spins);
            }
        }
    }
}

/// Waits a moment; after many in a row lets other threads run.
fn pause(spins: &mut u32) {
    if *spins < 1 << 12 {
        *spins += 1;
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

/// Where a slice starts that tasks have disjoint parts of.
struct Base<T>(*mut T);

// SAFETY: see `Team::chunks`.
unsafe impl<T: Send> Sync for Base<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_task_is_done_once() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for team in [Team::alone(), Team::of(&pool)] {
            for tasks in (0..200).chain([10_000]) {
                let mut all = vec![0u32; tasks * 3];
                team.chunks(&mut all, 3, &|task, chunk| {
                    chunk.iter_mut().for_each(|v| *v += task as u32 + 1);
                });
                assert!(all.iter().enumerate().all(|(i, &v)| v == i as u32 / 3 + 1));
            }
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_goes_on() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let team = Team::of(&pool);
        let failed =
            catch_unwind(AssertUnwindSafe(|| team.each(50, &|task| assert!(task != 17, "seventeen"))));
        assert!(failed.is_err());
        let count = AtomicUsize::new(0);
        team.each(50, &|_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(count.into_inner(), 50);
    }
}
