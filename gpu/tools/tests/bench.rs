//! The measuring program with its orchestrator, on a driver whose card is the emulator, with peers that are missing
//! or wrong. Times are not looked at: they mean nothing there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu_emulator::driver_folder;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};
use tempfile::TempDir;

const OURS: &str = env!("CARGO_BIN_EXE_isocortex-gpu-bench");

/// Exit status and what was said, or nothing where there is no Python.
fn bench(arguments: &[&str], environment: &[(&str, &str)]) -> Option<(i32, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/bench.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let output = Command::new(python)
        .args(["-B", script.to_str().unwrap(), "--ours", OURS, "--tiny", "--ms", "1", "--rounds", "1"])
        .args(arguments)
        .env("LD_LIBRARY_PATH", driver_folder())
        .envs(environment.iter().copied())
        .output();
    let Ok(output) = output else {
        assert!(std::env::var_os("ISOCORTEX_REQUIRE_PYTHON").is_none(), "python3 is required here");
        println!("not measured: python3 is missing");
        return None;
    };
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    println!("{said}");
    Some((output.status.code().unwrap(), said))
}

/// A peer in Python that answers with this digest.
fn peer(folder: &Path, digest: &str) -> String {
    let path = folder.join("peer");
    let program = format!(
        "#!/usr/bin/env python3\n\
         import sys\n\
         print('{{\"name\": \"a peer\"}}', flush=True)\n\
         for line in sys.stdin:\n\
         \x20   print('{{\"digest\": \"{digest}\"}}' if line.startswith('gemm 64')\n\
         \x20         else '{{\"error\": \"too large\"}}' if line.startswith('gemm')\n\
         \x20         else '{{\"median_ns\": 1000, \"runs\": 1}}', flush=True)\n"
    );
    fs::write(&path, program).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().into()
}

#[test]
fn all_of_it_runs_and_no_page_is_written() {
    let folder = TempDir::new().unwrap();
    let (page, json) = (folder.path().join("page.md"), folder.path().join("all.json"));
    fs::write(&page, "nothing\n").unwrap();
    let files = ["--table", page.to_str().unwrap(), "--json", json.to_str().unwrap()];
    let Some((status, said)) = bench(&files, &[]) else { return };
    assert_eq!(status, 0);
    assert!(said.contains("not measured: cublaslt: it was not built"));
    assert!(said.contains("emulated: times mean nothing"));
    for row in
        ["| 64³ | ", "| 96³ | ", "| resnet50, 1 | ", "| mobilenet_v2, 2 | ", "| minilm, 1 | ", "| 4,096 | "]
    {
        assert!(said.contains(row), "{row}");
    }
    assert!(said.contains("| equal the CPU backend's |") && !said.contains("DIFFER"));
    assert_eq!(fs::read_to_string(&page).unwrap(), "nothing\n");
    assert!(fs::read_to_string(&json).unwrap().contains("\"emulated\": true"));
}

#[test]
fn a_peers_answers_are_compared() {
    let folder = TempDir::new().unwrap();
    let page = folder.path().join("page.md");
    fs::write(&page, "nothing\n").unwrap();
    let Some((status, said)) = bench(&["--products", "--cublaslt", &peer(folder.path(), "5")], &[]) else {
        return;
    };
    assert!(status == 1 && said.contains("| DIFFER |"));
    assert!(said.contains("- not measured: gemm 96: cuBLASLt: too large"));
    let digest = product_digest(64).to_string();
    let (status, said) = bench(&["--products", "--cublaslt", &peer(folder.path(), &digest)], &[]).unwrap();
    assert!(
        status == 0
            && said.contains("| 1.0 | - | ")
            && said.contains("| equal the CPU backend's and the peers' |")
    );
}

#[test]
fn without_a_card_or_time_nothing_is_measured() {
    let Some((status, said)) = bench(&[], &[("EMULATED_CUDA_DEVICES", "0")]) else { return };
    assert_eq!((status, said.as_str()), (2, "not measured: no CUDA device number 0 (0 found)\n"));
    let (status, said) = bench(&["--seconds", "0"], &[]).unwrap();
    assert!(status == 2 && said.contains("- not measured: gemm 64: the time was over"));
}

/// The digest of the product of the benchmark's two matrices, by plain loops.
fn product_digest(n: usize) -> u64 {
    let entry = |seed: u64, i: usize| {
        let z = (seed << 32 | i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        i32::from(((z >> 56) as u8).cast_signed())
    };
    let mut digest = 0u64;
    for i in 0..n * n {
        let (row, column) = (i / n, i % n);
        let sum: i32 = (0..n).map(|k| entry(1, row * n + k) * entry(2, column * n + k)).sum();
        digest = digest.wrapping_add(u64::from(sum.cast_unsigned()).wrapping_mul(2 * i as u64 + 1));
    }
    digest
}
