//! The check as a machine with a card runs it, on a driver whose card is the emulator; and without a driver.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu_emulator::driver_folder;
use std::{fs::create_dir_all, os::unix::fs::symlink, path::Path, process::Command};
use tempfile::TempDir;

/// Exit status and what was said.
fn check(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_isocortex-gpu-check"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(arguments)
        .env("LD_LIBRARY_PATH", driver_folder())
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    println!("{said}");
    (output.status.code().unwrap(), said)
}

/// Some of the vectors: all of them are run by gpu/tests/vectors.rs.
fn some_vectors() -> TempDir {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testvectors").canonicalize().unwrap();
    let some = TempDir::new().unwrap();
    for file in ["ops/matmul.json", "ops/rescale.json", "models/graphs.json"] {
        let copy = some.path().join("data").join(file);
        create_dir_all(copy.parent().unwrap()).unwrap();
        symlink(all.join("data").join(file), copy).unwrap();
    }
    symlink(all.join("python"), some.path().join("python")).unwrap();
    some
}

#[test]
fn all_is_compared() {
    let vectors = some_vectors();
    let few = [
        "--pairs",
        "400",
        "--runs",
        "3",
        "--random",
        "110",
        "--graphs",
        "2",
        "--ops",
        "MatMul,Clamp",
        "--tiny",
        "--vectors",
    ];
    let (status, said) = check(&[&few[..], &[vectors.path().to_str().unwrap()]].concat(), &[]);
    for target in ["dp4a", "mma.sync"] {
        assert!(said.contains(&format!("compute capability 8.0, kernels for {target}")));
        assert!(said.contains(&format!("vectors, {target}: ")));
    }
    assert!(said.contains(" 0 differ, 0 failed; ") && !said.contains("DIFFERS"));
    assert!(said.contains("pairs, 400 asked for, on each of: dp4a, mma.sync"));
    assert!(said.contains("random graphs of many ops: 110 with 16 inputs each, 0 differ"));
    // Without NumPy there are no graphs.
    let all = !said.contains("not measured");
    assert!(!all || said.contains("random graphs of 2 ops: 4 equal, 0 differ"));
    assert_eq!(status, if all { 0 } else { 2 });
    assert_eq!(said.contains("\nall equal"), all);
}

#[test]
fn what_was_left_out_is_said() {
    let (status, said) = check(&["--seconds", "0", "--graphs", "0", "--tiny"], &[]);
    assert_eq!(status, 2);
    assert!(said.contains("not measured: 10000000 pairs, for the time was over"));
    assert!(said.contains("not measured: random graphs, by --graphs 0"));
    assert!(said.contains("not measured: resnet50, for the time was over"));
    assert!(!said.contains("all equal"));
}

#[test]
fn the_self_test_alone() {
    let (status, said) = check(&["--self-test"], &[("EMULATED_CUDA_COMPUTE", "61")]);
    assert_eq!(status, 0);
    assert_eq!(said, "self-test passed on Emulated card, compute capability 6.1, kernels for dp4a\n");
}

/// A card of 9.0 is compared with each set of kernels that it runs, or with the one that is asked for; one whose own
/// kernels are wrong fails here, though a node would run with the others.
#[test]
fn each_target_of_a_card() {
    let nine = ("EMULATED_CUDA_COMPUTE", "90");
    let line =
        |name| format!("self-test passed on Emulated card, compute capability 9.0, kernels for {name}\n");
    let (status, said) = check(&["--self-test"], &[nine]);
    assert_eq!((status, said), (0, ["dp4a", "mma.sync", "wgmma"].map(line).concat()));
    let (status, said) = check(&["--self-test", "--target", "mma.sync"], &[nine]);
    assert_eq!((status, said), (0, line("mma.sync")));
    let (status, said) = check(&["--self-test"], &[nine, ("EMULATED_CUDA_IDLE", "gemm_wgmma_s8_s8_s32")]);
    assert!(
        status == 1 && said.starts_with("FAILED: self-test: kernel gemm_wgmma_s8_s8_s32 is wrong"),
        "{said}"
    );
    let (status, said) = check(&["--self-test", "--target", "tensor"], &[nine]);
    assert!(status == 2 && said.contains("dp4a, mma.sync, wgmma"), "{said}");
}

#[test]
fn without_a_card_nothing_is_measured() {
    for environment in
        [("LD_LIBRARY_PATH", ""), ("EMULATED_CUDA_DEVICES", "0"), ("EMULATED_CUDA_COMPUTE", "30")]
    {
        let (status, said) = check(&[], &[environment]);
        // A machine with a driver of its own and a card would measure.
        assert!(status == 2 || environment.0 == "LD_LIBRARY_PATH" && status == 0);
        assert!(status == 0 || said.starts_with("not measured: "));
    }
    let (status, said) = check(&[], &[("EMULATED_CUDA_INIT", "3")]);
    assert!(status == 1 && said.starts_with("FAILED: starting the driver"));
}
