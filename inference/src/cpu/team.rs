//! Threads that share the work of one input.

/// Those that work on one run.
pub(super) struct Team;

impl Team {
    /// The caller alone.
    pub fn alone() -> Self {
        Self
    }

    /// How many may work at once.
    pub fn threads(&self) -> usize {
        1
    }

    /// Does tasks 0 to `tasks` − 1, each once, in any order, on any thread; returns when all are done.
    pub fn each(&self, tasks: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..tasks).for_each(work);
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

/// Where a slice starts that tasks have disjoint parts of.
struct Base<T>(*mut T);

// SAFETY: see `Team::chunks`.
unsafe impl<T: Send> Sync for Base<T> {}
