//! How much memory this process has used.

/// The most memory that this process ever had, in KiB; `None` where the system does not say.
pub fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// [`peak_kib`] in words.
pub fn peak() -> String {
    peak_kib().map_or("unknown".into(), |kib| format!("{} MiB", kib.div_ceil(1024)))
}
