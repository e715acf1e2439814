//! The Vulkan device of tests, which may be software.

use isocortex_gpu::VulkanAdapter;

/// The best device there is. Without one the test is not run, and says so; in CI it fails.
pub fn adapter() -> Option<VulkanAdapter> {
    match VulkanAdapter::best(true) {
        Ok(adapter) => Some(adapter),
        Err(error) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("{error}"),
        Err(error) => {
            eprintln!("NOT TESTED: {error}. `scripts/setup.sh test` installs a software driver.");
            None
        }
    }
}
