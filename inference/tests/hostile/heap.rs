//! The heap, counted: what lives, how much at most, how many allocations; and allocations refused at will.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

struct Counting;

#[global_allocator]
static HEAP: Counting = Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// Allocations of this many bytes fail, as they do on a machine without memory.
static REFUSED: AtomicUsize = AtomicUsize::new(usize::MAX);

fn grown(bytes: isize) {
    COUNT.fetch_add(1, Relaxed);
    PEAK.fetch_max(LIVE.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

// SAFETY: all memory is the system's; what is counted beside changes nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= REFUSED.load(Relaxed) {
            return std::ptr::null_mut();
        }
        grown(layout.size() as isize);
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= REFUSED.load(Relaxed) {
            return std::ptr::null_mut();
        }
        grown(layout.size() as isize);
        // SAFETY: the caller's promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size >= REFUSED.load(Relaxed) {
            return std::ptr::null_mut();
        }
        // Both at once, as where it has to move.
        grown(size as isize);
        LIVE.fetch_sub(layout.size() as isize, Relaxed);
        // SAFETY: the caller's promises.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Keeps other tests of this program from counting, or being counted, at the same time.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What some work took of the heap.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Most bytes alive at once, beside those that were before.
    pub peak: u64,
    /// Bytes that are left of it.
    pub left: u64,
    /// Allocations.
    pub count: u64,
}

/// Does some work, which nothing else may allocate beside.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Used) {
    let (live, count) = (LIVE.load(Relaxed), COUNT.load(Relaxed));
    PEAK.store(live, Relaxed);
    let done = work();
    let [peak, left] = [&PEAK, &LIVE].map(|bytes| (bytes.load(Relaxed) - live).max(0) as u64);
    (done, Used { peak, left, count: (COUNT.load(Relaxed) - count) as u64 })
}

/// Does some work on a machine that has no `bytes` bytes in one piece.
pub fn without<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    REFUSED.store(bytes, Relaxed);
    let done = work();
    REFUSED.store(usize::MAX, Relaxed);
    done
}
