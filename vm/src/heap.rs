//! How the process keeps memory from one block to the next.

/// What the heap may keep at its end: more than the state that a full block touches.
const KEEP: i32 = 64 << 20;
/// The largest piece that comes from the heap at all; glibc's own upper bound.
const IN_HEAP: i32 = 32 << 20;

/// Has glibc keep what a block has let go of, up to 64 MiB, for the next block. Of its own it hands the
/// memory back, and the kernel clears every page again: a third of the time of a block that touches
/// thousands of accounts. For a program to call once, when it begins; elsewhere than on glibc it does nothing.
pub fn keep() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes two numbers, knows these names, and refuses values that it cannot use.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEEP);
        libc::mallopt(libc::M_MMAP_THRESHOLD, IN_HEAP);
    }
}
