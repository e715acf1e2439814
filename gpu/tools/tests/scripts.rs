//! scripts/gpu-test.sh and the kit, in a checkout on a machine without Rust.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu_emulator::driver_folder;
use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
};
use tempfile::TempDir;

/// All that the scripts call, so that no cargo is on the path.
const TOOLS: &[&str] = &[
    "awk",
    "bash",
    "cat",
    "cut",
    "dirname",
    "env",
    "find",
    "grep",
    "head",
    "mktemp",
    "rm",
    "sha256sum",
    "sort",
    "tail",
    "timeout",
    "xargs",
    "python3",
];

struct Checkout(TempDir);

impl Checkout {
    fn new() -> Self {
        let this = Self(TempDir::new().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for folder in [
            "gpu/tools",
            "inference/src",
            "model/src",
            "testvectors/src",
            "precompiles/src",
            "path",
            "gpu-kit",
        ] {
            fs::create_dir_all(this.path().join(folder)).unwrap();
        }
        fs::write(this.path().join("Cargo.lock"), "").unwrap();
        fs::create_dir(this.path().join("scripts")).unwrap();
        for script in ["gpu-kit.sh", "gpu-test.sh", "gpu-bench.sh"] {
            fs::copy(root.join("scripts").join(script), this.path().join("scripts").join(script)).unwrap();
        }
        symlink(root.join("gpu/tools/bench").canonicalize().unwrap(), this.path().join("gpu/tools/bench"))
            .unwrap();
        for tool in TOOLS {
            let found = ["/usr/bin", "/bin", "/usr/local/bin"].map(|folder| Path::new(folder).join(tool));
            if let Some(found) = found.iter().find(|path| path.exists()) {
                symlink(found, this.path().join("path").join(tool)).unwrap();
            }
        }
        for (name, built) in [
            ("isocortex-gpu-check", env!("CARGO_BIN_EXE_isocortex-gpu-check")),
            ("isocortex-gpu-bench", env!("CARGO_BIN_EXE_isocortex-gpu-bench")),
        ] {
            symlink(built, this.path().join("gpu-kit").join(name)).unwrap();
        }
        this
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn tool(&self, name: &str, script: &str) {
        let path = self.path().join("path").join(name);
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }

    /// Marks the kit as made from these sources, which have no file but an empty Cargo.lock.
    fn seal(&self) {
        let of = "find Cargo.lock -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1 >gpu-kit/sources";
        assert!(self.command("bash").args(["-c", of]).status().unwrap().success());
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear().env("PATH", self.path().join("path"));
        command.env("LD_LIBRARY_PATH", driver_folder());
        command
    }

    fn run(&self, script: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
        let bash = self.path().join("path/bash");
        let mut command = self.command(bash.to_str().unwrap());
        let output =
            command.arg(format!("scripts/{script}")).args(arguments).envs(environment.iter().copied());
        let output = output.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        println!("{said}");
        (output.status.code().unwrap(), said)
    }
}

#[test]
fn the_kit_must_be_of_these_sources() {
    let checkout = Checkout::new();
    let (status, said) = checkout.run("gpu-test.sh", &[], &[]);
    assert!(status == 1 && said.contains("neither cargo nor gpu-kit/"));
    fs::write(checkout.path().join("gpu-kit/sources"), "of others").unwrap();
    let (status, said) = checkout.run("gpu-bench.sh", &[], &[]);
    assert!(status == 1 && said.contains("made from other sources"));
    checkout.seal();
    let (status, said) = checkout.run("gpu-kit.sh", &["--tools"], &[]);
    assert_eq!((status, said.as_str()), (0, "gpu-kit\n"));
    fs::write(checkout.path().join("gpu/new.ptx"), "").unwrap();
    assert_eq!(checkout.run("gpu-kit.sh", &["--tools"], &[]).0, 1);
}

#[test]
fn the_sanitizer_is_asked_where_it_is() {
    let checkout = Checkout::new();
    checkout.seal();
    let run = |environment: &[(&str, &str)]| checkout.run("gpu-test.sh", &["--self-test"], environment);
    let (status, said) = run(&[]);
    assert!(status == 2 && said.contains("kernels for mma.sync"));
    assert!(said.contains("not measured: compute-sanitizer is missing"));
    // Its options are --tool NAME --error-exitcode 99.
    checkout.tool("compute-sanitizer", "shift 4; exec \"$@\"");
    let (status, said) = run(&[]);
    assert_eq!(status, 0);
    for tool in ["memcheck", "racecheck", "synccheck", "initcheck"] {
        assert!(said.contains(&format!("compute-sanitizer {tool}: clean, self-test passed")));
    }
    checkout.tool("compute-sanitizer", "[ $2 != racecheck ] || exit 99; echo Device not supported; exit 1");
    let (status, said) = run(&[]);
    assert!(status == 1 && said.contains("compute-sanitizer racecheck: ERRORS"));
    assert!(said.contains("not measured: compute-sanitizer memcheck (status 1): Device not supported"));
    // Nothing is asked without a card.
    let (status, said) = run(&[("EMULATED_CUDA_DEVICES", "0")]);
    assert_eq!((status, said.as_str()), (2, "not measured: no CUDA device number 0 (0 found)\n"));
}

#[test]
fn what_a_machine_lacks_is_named() {
    let checkout = Checkout::new();
    checkout.seal();
    if !checkout.path().join("path/python3").exists() {
        println!("not measured: python3 is missing");
        return;
    }
    let few = ["--tiny", "--ms", "1", "--rounds", "1", "--seconds", "0"];
    let (_, said) = checkout.run("gpu-bench.sh", &few, &[]);
    assert!(said.contains("not measured: cuBLASLt: nvcc is missing"));
    checkout.tool("nvcc", "echo fatal error: cublasLt.h >&2; exit 1");
    checkout.tool("nvidia-smi", "echo A card, 580.1");
    let (status, said) = checkout.run("gpu-bench.sh", &few, &[]);
    assert!(status == 2 && said.contains("not measured: cuBLASLt: fatal error: cublasLt.h"));
    assert!(said.contains(", driver 580.1\n"));
}
