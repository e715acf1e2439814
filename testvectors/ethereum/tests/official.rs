//! All of Ethereum's official tests that lie beside the checkout, plain and with inference switched on.
//!
//! The archives are unpacked once, into the folder for what is kept between runs (`ISOCORTEX_CACHE`, or `isocortex`
//! in the user's cache folder). Where they are missing nothing is measured, and the tests say so; with `CI=true`
//! they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

use isocortex_ethereum_tests::{Counts, Settings, find, run};
use std::{
    fs::File,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
};

/// Each run takes all processors, so that one follows the other.
static ALONE: Mutex<()> = Mutex::new(());

fn cache() -> PathBuf {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("ISOCORTEX_CACHE")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("isocortex")))
        .or_else(|| folder("HOME").map(|home| home.join(".cache/isocortex")))
        .unwrap_or_else(std::env::temp_dir)
}

/// The folder with an archive's files, `None` where there is no archive.
fn unpacked(name: &str) -> Option<PathBuf> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/ethereum")
        .join(name)
        .with_extension("tar.zst");
    let Ok(meta) = archive.metadata() else {
        eprintln!(
            "\nNOT MEASURED: {} is missing, so Ethereum's official tests were not run\n",
            archive.display()
        );
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "missing under CI=true");
        return None;
    };
    let kept = cache().join("eest").join(format!("{name}-{}", meta.len()));
    if !kept.exists() {
        let parent = kept.parent().unwrap();
        std::fs::create_dir_all(parent).unwrap();
        let fresh = tempfile::tempdir_in(parent).unwrap();
        let mut reader = zstd::Decoder::new(File::open(&archive).unwrap()).unwrap();
        reader.window_log_max(27).unwrap();
        tar::Archive::new(reader).unpack(fresh.path()).unwrap();
        // Whole or not at all; another process may have been first.
        let _first = std::fs::rename(fresh.keep(), &kept);
    }
    Some(kept)
}

/// Runs an archive, in which so many tests are, so many of them listed.
fn official(name: &str, inference: bool, tests: u64, listed: u64) {
    let Some(folder) = unpacked(name) else { return };
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let settings = Settings {
        engine: Arc::default(),
        filter: None,
        inference,
        threads: available_parallelism().map_or(1, NonZero::get),
        trace: None,
    };
    let summary = run(&find(&folder).unwrap(), &settings, || {}).unwrap();
    assert!(summary.failures.is_empty() && summary.not_run.is_empty(), "{summary:#?}");
    assert_eq!(summary.total(), Counts { passed: tests - listed, failed: 0, listed, not_run: 0 });
}

#[test]
fn state_tests() {
    official("eest-state-tests", false, 32_939, 64);
}

#[test]
fn block_tests() {
    official("eest-blockchain-tests-osaka", false, 7_188, 14);
}

#[test]
fn state_tests_with_inference() {
    official("eest-state-tests", true, 32_939, 66);
}

#[test]
fn block_tests_with_inference() {
    official("eest-blockchain-tests-osaka", true, 7_188, 15);
}
