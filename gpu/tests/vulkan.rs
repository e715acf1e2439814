//! The Vulkan backend, on whatever Vulkan driver there is: in CI Mesa's software one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "vulkan")]

mod software;

use isocortex_gpu::{
    Case, Device, Error, Fault, GpuBackend, Kernel, Launch, Part, VulkanBackend, VulkanDevice,
};
use isocortex_inference::{Backend, Reference, first_difference};
use isocortex_testvectors::Kind;
use software::adapter;
use std::{
    path::Path,
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

/// One device for all tests that do not break it.
fn backend() -> Option<&'static Arc<VulkanBackend>> {
    static BACKEND: OnceLock<Option<Arc<VulkanBackend>>> = OnceLock::new();
    let open = || Some(Arc::new(GpuBackend::with_device(VulkanDevice::open(&adapter()?).unwrap()).unwrap()));
    BACKEND.get_or_init(open).as_ref()
}

#[test]
fn every_shader_equals_the_reference() {
    let Some(backend) = backend() else { return };
    println!("on {:?}", backend.device().facts());
    let mut lacking = vec![];
    for &kernel in Kernel::ALL {
        if !backend.device().has(kernel) {
            lacking.push(kernel.name());
            continue;
        }
        for seed in 4..100 {
            backend.check(&Case::new(kernel, seed).unwrap()).unwrap_or_else(|e| panic!("{e}"));
        }
    }
    println!("without a shader: {lacking:?}");
}

#[test]
fn ops_and_models_equal_the_vectors() {
    let Some(backend) = backend() else { return };
    let mut files = vec![];
    for folder in ["ops", "models"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/data").join(folder);
        files.extend(isocortex_testvectors::load(&folder).unwrap());
    }
    let cases = files.iter().filter_map(|file| match &file.cases {
        Kind::Models(cases) => Some(cases),
        _ => None,
    });
    let models: Vec<_> = cases.flatten().map(|c| isocortex_testvectors::checked(c).unwrap()).collect();
    let covered = models.iter().filter(|model| backend.covers(model)).count();
    assert_eq!(covered, models.len(), "models that run on the device");
    let backend: Arc<dyn Backend> = Arc::clone(backend) as _;
    let report = isocortex_testvectors::run(&files, &backend);
    assert!(report.exit_code() == 0 && report.entries.len() >= models.len(), "{report}");
}

#[test]
fn batches_and_traces_equal_the_reference() {
    let Some(backend) = backend() else { return };
    for &kernel in Kernel::ALL {
        let case = Case::new(kernel, 7).unwrap();
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        let reference = Reference.load(Arc::clone(case.model())).unwrap();
        let batch = case.batch().repeat(5);
        assert_eq!(loaded.run(&batch).unwrap(), reference.run(&batch).unwrap(), "{kernel}");
        let (a, b) = (loaded.trace(batch[0]).unwrap(), reference.trace(batch[0]).unwrap());
        assert!(!a.is_empty() && first_difference(&a, &b).is_none() && a == b, "{kernel}");
    }
}

#[test]
fn many_threads_run_at_once() {
    let Some(backend) = backend() else { return };
    let run = |seed: u64| {
        for &kernel in &[Kernel::Gemm, Kernel::Clamp, Kernel::Rescale] {
            let case = Case::new(kernel, seed % 3).unwrap();
            case.compare(&backend.load(Arc::clone(case.model())).unwrap().run(&case.batch()).unwrap())
                .unwrap();
        }
    };
    thread::scope(|scope| (0..8).for_each(|seed| drop(scope.spawn(move || (0..5).for_each(|_| run(seed))))));
}

/// More blocks than one dimension of a grid takes, on a result whose end is checked.
#[test]
fn a_long_grid_is_folded() {
    let Some(backend) = backend() else { return };
    let device = backend.device();
    let bytes = 4 * 70_001 * 256;
    let memory = device.alloc(bytes).unwrap();
    let part = Part { memory: &memory, offset: 0, bytes };
    let ints = vec![bytes as i32 / 4, 4, 0x0102_0304];
    let mut fill =
        device.record(&[Launch { kernel: Kernel::Fill, blocks: 70_001, memory: vec![part], ints }]).unwrap();
    let mut got = vec![0; bytes];
    device.play(&mut fill, &[], &mut [(part, &mut got)], Duration::from_secs(60)).unwrap();
    assert!(got.chunks(4).all(|word| word == [4, 3, 2, 1]));
}

#[test]
fn memory_that_is_not_there_is_an_error_and_the_next_run_is_right() {
    let Some(backend) = backend() else { return };
    let error = backend.device().alloc(1 << 50).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Device { fault: Fault::Memory, .. }), "{error}");
    assert!(error.to_string().contains("allocating"), "{error}");
    let memory = backend.device().alloc(256).unwrap();
    let part = Part { memory: &memory, offset: 256, bytes: 4 };
    assert!(backend.device().upload(part, &[0; 4]).is_err());
    assert!(backend.device().upload(Part { offset: 0, ..part }, &[0; 8]).is_err());
    backend.check(&Case::new(Kernel::Gemm, 1).unwrap()).unwrap();
}

#[test]
fn a_device_that_is_too_late_is_lost() {
    let Some(adapter) = adapter() else { return };
    let device = VulkanDevice::open(&adapter).unwrap();
    let bytes = 1 << 24;
    let memory = device.alloc(bytes).unwrap();
    let part = Part { memory: &memory, offset: 0, bytes };
    let launch =
        || Launch { kernel: Kernel::Fill, blocks: 1 << 14, memory: vec![part], ints: vec![1 << 22, 4, 1] };
    let mut long = device.record(&(0..100).map(|_| launch()).collect::<Vec<_>>()).unwrap();
    let error = device.play(&mut long, &[], &mut [], Duration::ZERO).unwrap_err();
    assert!(matches!(error, Error::Device { fault: Fault::TimeOut, .. }), "{error}");
    assert!(error.to_string().contains("fill"), "{error}");
    for _ in 0..2 {
        let error = device.alloc(4).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Device { fault: Fault::TimeOut, .. }), "{error}");
    }
}
