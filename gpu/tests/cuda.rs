//! The CUDA backend itself, cust and the forwarded driver functions included, on a driver whose card is the
//! emulator. Each test starts this program anew with that driver's folder in front of the library path.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "cuda")]

use isocortex_gpu::{Case, CudaBackend, CudaDevice, Device, GpuBackend, Kernel, Part, Target};
use isocortex_gpu_emulator::driver_folder;
use isocortex_inference::{Backend, Error as InferenceError, Fault, Reference};
use isocortex_model::{
    Artifact, DType, Model, Node, Op, Output as ModelOutput, Port, Quant, TensorType, ops,
};
use std::{
    env::current_exe,
    process::{Command, Output},
    sync::Arc,
    thread,
    time::{Duration, Instant},
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
    assert_passes("cases", &[("EMULATED_CUDA_COMPUTE", "61")]);
    assert_passes("cases", &[("EMULATED_CUDA_COMPUTE", "90")]);
}

/// 9.0 has kernels of its own, which no other card loads; where they are wrong, or the driver is older than they,
/// those before them serve.
#[test]
fn the_kernels_fit_the_card() {
    let nine = ("EMULATED_CUDA_COMPUTE", "90");
    for (environment, wanted) in [
        (&[][..], "mma.sync\n"),
        (&[nine], "wgmma\n"),
        (&[("EMULATED_CUDA_COMPUTE", "89")], "mma.sync\n"),
        (&[("EMULATED_CUDA_COMPUTE", "100")], "mma.sync\n"),
        (
            &[nine, ("EMULATED_CUDA_IDLE", "conv2d_wgmma_s8_s8_s32")],
            "mma.sync, not by wgmma: self-test: kernel conv2d_wgmma_s8_s8_s32 is wrong on this device",
        ),
        (
            &[nine, ("EMULATED_CUDA_PTX", "78")],
            "mma.sync, not by wgmma: loading kernel gemm_wgmma_s8_s8_s32: ",
        ),
        // A card that is lost is not tried again.
        (&[nine, ("EMULATED_CUDA_FAULT", "9")], "IllegalAddress"),
    ] {
        let output = under_driver("open", environment);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(wanted), "{environment:?}: {text}");
    }
}

#[test]
fn where_a_driver_captures_no_graph_the_launches_are_started_one_by_one() {
    for (environment, graphs) in [(&[][..], true), (&[("EMULATED_CUDA_NO_CAPTURE", "1")], false)] {
        let report = [environment, &[("EMULATED_CUDA_REPORT", "1")]].concat();
        let output = under_driver("batches", &report);
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{}\n{text}", output.status);
        assert_eq!(!text.contains(" 0 graphs"), graphs, "{text}");
    }
}

#[test]
fn a_kernel_that_hangs_or_fails_is_an_error_and_the_card_is_lost() {
    for (environment, wanted) in [
        ("EMULATED_CUDA_HANG", ["time-out: ", "waiting for kernels: timed out after 200 ms"]),
        ("EMULATED_CUDA_FAULT", ["lost: ", "waiting for kernels: IllegalAddress"]),
    ] {
        let output = under_driver("faults", &[(environment, "3")]);
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && wanted.iter().all(|w| text.contains(w)),
            "{}\n{text}",
            output.status
        );
    }
}

#[test]
fn memory_that_is_refused_is_an_error_of_the_load() {
    for environment in
        [("EMULATED_CUDA_ALLOCS", "0"), ("EMULATED_CUDA_ALLOCS", "1"), ("EMULATED_CUDA_MEMORY", "900")]
    {
        assert_passes("full", &[environment]);
    }
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
            &[("EMULATED_CUDA_COMPUTE", "60")],
            "Emulated card has compute capability 6.0; 6.1 or later is needed",
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
        Ok(backend) => println!("{}\n{}", backend.device().description(), backend.device().facts().kernels),
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
    let older = GpuBackend::with_device(CudaDevice::open_with(0, Some(Target::Sm61)).unwrap()).unwrap();
    older.check(&Case::new(Kernel::Conv2d, 1).unwrap()).unwrap();
    let memory = backend.device().alloc(3).unwrap();
    for (offset, bytes) in [(0, 3), (0, 4), (256, 1), (usize::MAX, 4)] {
        let part = || Part { memory: &memory, offset, bytes };
        assert!(backend.device().upload(part(), &[0; 4]).is_err());
        assert!(backend.device().download(part(), &mut [0; 4]).is_err());
    }
}

/// A model whose batches are split into lanes.
#[test]
#[ignore = "started by the tests above"]
fn batches() {
    let backend = GpuBackend::unchecked(CudaDevice::open(0).unwrap());
    // Three launches and more: a graph.
    let model = chain();
    let loaded = backend.load(Arc::clone(&model)).unwrap();
    let reference = Reference.load(Arc::clone(&model)).unwrap();
    for size in [0, 1, 7, 64, 100] {
        let inputs: Vec<Vec<u8>> = (0..size).map(|i| vec![i as u8; model.input_len()]).collect();
        let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        assert_eq!(loaded.run(&batch).unwrap(), reference.run(&batch).unwrap(), "{size}");
    }
}

/// Clamps in a row.
fn chain() -> Arc<Model> {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let nodes = (0..5).map(|i| Node {
        operands: vec![i],
        op: Op::Clamp(ops::Clamp { lo: -100 + 2 * i as i32, hi: 90 - 3 * i as i32 }),
    });
    let artifact = Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[333]), quant }],
        vec![],
        nodes.collect(),
        vec![ModelOutput { name: "y".into(), value: 5, quant }],
        Default::default(),
    );
    Arc::new(Model::check(&artifact).unwrap())
}

/// One good run, one in which the card fails, one on the card that has failed.
#[test]
#[ignore = "started by the tests above"]
fn faults() {
    let device = CudaDevice::open(0).unwrap().with_patience(Duration::from_millis(200));
    let backend = GpuBackend::unchecked(device);
    let model = chain();
    let loaded = backend.load(Arc::clone(&model)).unwrap();
    let input = vec![200; model.input_len()];
    let started = Instant::now();
    let error = loaded.run(&[&input]).unwrap_err();
    let InferenceError::Device { fault, .. } = &error else { panic!("{error}") };
    println!("{}: {error}", fault.name());
    for _ in 0..3 {
        let error = loaded.run(&[&input]).unwrap_err().to_string();
        assert!(error.contains("the card was lost earlier: waiting for kernels: "), "{error}");
    }
    assert!(backend.load(model).is_err());
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
#[ignore = "started by the tests above"]
fn full() {
    let backend = GpuBackend::unchecked(CudaDevice::open(0).unwrap());
    match backend.load(chain()).map(|_| ()).unwrap_err() {
        InferenceError::Device { fault: Fault::Memory, .. } => assert_eq!(backend.memory().0, 0),
        error => panic!("{error}"),
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
