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
}
