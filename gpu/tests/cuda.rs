//! The CUDA backend itself, cust and the forwarded driver functions included, on a driver whose card is the
//! emulator. Each test starts this program anew with that driver's folder in front of the library path.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "cuda")]

use isocortex_gpu::{Case, CudaBackend, CudaDevice, Device, GpuBackend, Kernel, Part, Target};
use isocortex_gpu_emulator::driver_folder;
use isocortex_inference::Backend;
use std::{
    env::current_exe,
    process::{Command, Output},
    sync::Arc,
    thread,
};

/// Runs an ignored test of this file under the emulated driver.
fn under_driver(test: &str, environment: &[(&str, &str)]) -> Output {
    Command::new(current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env("LD_LIBRARY_PATH", driver_folder())
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn assert_passes(test: &str, environment: &[(&str, &str)]) {
    let output = under_driver(test, environment);
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{}\n{text}", output.status);
}

#[test]
fn the_backend_equals_the_reference_on_an_emulated_driver() {
    assert_passes("cases", &[]);
    assert_passes("cases", &[("EMULATED_CUDA_COMPUTE", "75")]);
}

#[test]
fn many_threads_share_a_card() {
    assert_passes("threads", &[]);
}

#[test]
fn what_is_missing_is_said() {
    for (environment, wanted) in [
        (&[("EMULATED_CUDA_INIT", "100")][..], "no CUDA device number 0 (0 found)"),
        (&[("EMULATED_CUDA_DEVICES", "0")], "no CUDA device number 0 (0 found)"),
        (
            &[("EMULATED_CUDA_COMPUTE", "61")],
            "Emulated card has compute capability 6.1; 7.5 or later is needed",
        ),
        (&[("EMULATED_CUDA_INIT", "3")], "starting the driver: NotInitialized"),
        // A code that is newer than cust.
        (&[("EMULATED_CUDA_INIT", "9999")], "starting the driver: UnknownError"),
    ] {
        let output = under_driver("open", environment);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(wanted), "{environment:?}: {text}");
    }
}

#[test]
#[ignore = "started by the tests above"]
fn open() {
    match CudaBackend::new() {
        Ok(backend) => println!("{}", backend.device().description()),
        Err(error) => println!("{error}"),
    }
}

#[test]
#[ignore = "started by the tests above"]
fn cases() {
    let backend = CudaBackend::new().unwrap();
    for &kernel in Kernel::ALL {
        for seed in 400..430 {
            backend.check(&Case::new(kernel, seed).unwrap()).unwrap();
        }
    }
    let older = GpuBackend::with_device(CudaDevice::open_with(0, Some(Target::Sm75)).unwrap()).unwrap();
    older.check(&Case::new(Kernel::Conv2d, 1).unwrap()).unwrap();
    let memory = backend.device().alloc(3).unwrap();
    for (offset, bytes) in [(0, 3), (0, 4), (256, 1), (usize::MAX, 4)] {
        let part = || Part { memory: &memory, offset, bytes };
        assert!(backend.device().upload(part(), &[0; 4]).is_err());
        assert!(backend.device().download(part(), &mut [0; 4]).is_err());
    }
}

#[test]
#[ignore = "started by the tests above"]
fn threads() {
    let backend = CudaBackend::new().unwrap();
    let cases: Vec<_> = Kernel::ALL.iter().map(|&kernel| Case::new(kernel, 5).unwrap()).collect();
    let loaded: Vec<_> = cases.iter().map(|case| backend.load(Arc::clone(case.model())).unwrap()).collect();
    thread::scope(|scope| {
        for offset in 0..4 {
            let (cases, loaded) = (&cases, &loaded);
            scope.spawn(move || {
                for i in 0..40 {
                    let at = (i + offset) % cases.len();
                    cases[at].compare(&loaded[at].run(&cases[at].batch()).unwrap()).unwrap();
                }
            });
        }
    });
}
