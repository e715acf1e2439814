//! Models that share a budget of device memory: whatever has to give way, the bits are the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{Case, Error, GpuBackend, Kernel};
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::{Backend, Error as InferenceError, Fault, Loaded, Reference};
use std::{sync::Arc, thread};

fn backend(budget: u64) -> GpuBackend<EmulatedDevice> {
    GpuBackend::unchecked(EmulatedDevice::new(Options::default()).unwrap()).with_budget(budget)
}

/// Models, each with the bytes that it takes by itself.
fn models() -> Vec<(Case, u64)> {
    let kernels = [Kernel::Gemm, Kernel::Conv2d, Kernel::DepthwiseConv2d, Kernel::Rescale];
    let cases = kernels.map(|kernel| Case::new(kernel, 11).unwrap());
    let bytes = |case: &Case| {
        let backend = backend(1 << 28);
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        let (used, _) = backend.memory();
        drop(loaded);
        assert_eq!(backend.memory().0, 0);
        used
    };
    cases
        .into_iter()
        .map(|case| {
            let bytes = bytes(&case);
            (case, bytes)
        })
        .collect()
}

fn check(case: &Case, loaded: &dyn Loaded) {
    case.compare(&loaded.run(&case.batch()).unwrap()).unwrap();
}

#[test]
fn a_model_that_has_given_way_comes_back_with_the_same_bits() {
    let models = models();
    let largest = models.iter().map(|(_, bytes)| *bytes).max().unwrap();
    let backend = backend(largest);
    let loaded: Vec<_> =
        models.iter().map(|(case, _)| backend.load(Arc::clone(case.model())).unwrap()).collect();
    for _ in 0..3 {
        for ((case, _), loaded) in models.iter().zip(&loaded) {
            check(case, &**loaded);
            let (used, budget) = backend.memory();
            assert!(0 < used && used <= budget && budget == largest);
        }
    }
    let (case, _) = &models[0];
    let reference = Reference.load(Arc::clone(case.model())).unwrap();
    let input = case.batch()[0];
    assert_eq!(loaded[0].trace(input).unwrap(), reference.trace(input).unwrap());
    drop(loaded);
    assert_eq!(backend.memory().0, 0);
}

#[test]
fn threads_wait_for_memory_and_never_fail() {
    let models = models();
    let largest = models.iter().map(|(_, bytes)| *bytes).max().unwrap();
    for budget in [largest, largest * 2, 1 << 28] {
        let backend = backend(budget);
        let loaded: Vec<_> =
            models.iter().map(|(case, _)| backend.load(Arc::clone(case.model())).unwrap()).collect();
        thread::scope(|scope| {
            for offset in 0..4 {
                let (models, loaded, backend) = (&models, &loaded, &backend);
                scope.spawn(move || {
                    for i in 0..40 {
                        let at = (i * (offset + 1)) % models.len();
                        check(&models[at].0, &*loaded[at]);
                        assert!(backend.memory().0 <= budget);
                    }
                });
            }
        });
    }
}

#[test]
fn a_model_larger_than_the_budget_is_an_error_of_the_load() {
    let (case, bytes) = models().remove(0);
    let backend = backend(bytes - 1);
    match backend.load(Arc::clone(case.model())).map(|_| ()).unwrap_err() {
        InferenceError::Device { fault: Fault::Memory, reason, .. } => {
            assert!(reason.contains("out of memory"))
        }
        error => panic!("{error}"),
    }
    assert!(matches!(backend.check(&case), Err(Error::Memory { .. })));
    assert_eq!(backend.memory().0, 0);
}

#[test]
fn any_number_of_runs_is_split_into_what_fits() {
    let (case, bytes) = models().remove(1);
    let reference = Reference.load(Arc::clone(case.model())).unwrap();
    for budget in [bytes, bytes + 5_000, 1 << 28] {
        let backend = backend(budget);
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        for runs in [0, 1, 7, 64] {
            let batch: Vec<&[u8]> = case.batch().into_iter().cycle().take(runs).collect();
            assert_eq!(loaded.run(&batch).unwrap(), reference.run(&batch).unwrap(), "{budget} {runs}");
        }
    }
}
