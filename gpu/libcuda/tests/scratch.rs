//! A crate in a workspace of its own follows the steps of `gpu/README.md`: it links, with both linkers, starts
//! without a driver, and finds one that is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{env, ffi::OsStr, fs, path::Path, process::Command};

const MANIFEST: &str = r#"
[package]
name = "scratch"
version = "0.1.0"
edition = "2024"
[workspace]
[dependencies]
cust = "0.3.2"
isocortex-libcuda = { path = "{path}" }
"#;

const CONFIG: &str = r#"
[env]
CUDA_LIBRARY_PATH = { value = "cuda", relative = true }
"#;

const MAIN: &str = r#"
use cust::{CudaFlags, device::Device, init, memory::UnifiedBuffer};
fn main() {
    println!("{}", isocortex_libcuda::open().is_ok());
    println!("{:?} {:?}", init(CudaFlags::empty()), Device::num_devices());
    println!("{:?}", UnifiedBuffer::new(&0u8, 4).map(|_| ()));
}
"#;

#[test]
fn another_workspace_links_and_runs_with_and_without_a_driver() {
    // Outside the checkout, whose .cargo/config.toml would be found from within.
    let crate_folder = env::temp_dir().join("isocortex-libcuda-scratch");
    let here = env!("CARGO_MANIFEST_DIR");
    for (path, text) in [
        ("Cargo.toml", MANIFEST.replace("{path}", here).as_str()),
        (".cargo/config.toml", CONFIG),
        ("src/main.rs", MAIN),
        ("cuda/lib64/libcuda.a", "!<arch>\n"),
        ("Cargo.lock", &fs::read_to_string(Path::new(here).join("../../Cargo.lock")).unwrap()),
    ] {
        let path = crate_folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch");
    // Where rust-lld is the default, leaving it gives the system's linker.
    let linkers: &[&[&str]] = if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        &[&[], &["-Clinker-features=-lld"]]
    } else {
        &[&[]]
    };
    for linker in linkers {
        let status = Command::new(env!("CARGO"))
            .args(["rustc", "--release", "--offline", "--quiet", "--target-dir"])
            .args([target.as_os_str(), OsStr::new("--")])
            .args(*linker)
            .current_dir(&crate_folder)
            .env_remove("CUDA_LIBRARY_PATH")
            .env_remove("RUSTFLAGS")
            .status()
            .unwrap();
        assert!(status.success(), "{linker:?}");

        let run = |folder: &Path, devices: &str| {
            let mut command = Command::new(target.join("release/scratch"));
            let command = command.env("LD_LIBRARY_PATH", folder).env("EMULATED_CUDA_DEVICES", devices);
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        // A function that the emulated driver does not have is not supported.
        let with = run(isocortex_gpu_emulator::driver_folder(), "3");
        assert_eq!(with, "true\nOk(()) Ok(3)\nErr(NotSupported)\n", "{linker:?}");
        if isocortex_libcuda::open().is_err() {
            let without = run(&crate_folder, "3");
            assert_eq!(without, "false\nErr(NoDevice) Err(NoDevice)\nErr(NoDevice)\n", "{linker:?}");
        }
    }
}
