//! Two clocks and a median.

use rustix::time::{ClockId, clock_gettime};
use std::{hint::black_box, time::Duration};

fn now(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The processor time that this thread takes for `work`: what other programs do meanwhile shows only
/// where they fight for caches.
pub fn processor<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    timed(ClockId::ThreadCPUTime, work)
}

/// The time that passes during `work`: for what waits for the disk or has threads of its own.
pub fn wall<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    timed(ClockId::Monotonic, work)
}

fn timed<T>(clock: ClockId, work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now(clock);
    let result = black_box(work());
    (result, now(clock) - start)
}

/// The middle one, the upper of two.
pub fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
