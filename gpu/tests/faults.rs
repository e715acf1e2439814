//! A device that fails: the error names what was being done, nothing wrong is ever answered, and the next run
//! is right again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{Case, Error, Fault, GpuBackend, Kernel};
use isocortex_gpu_emulator::{FaultyDevice, Options, Trouble, Troubles};
use isocortex_inference::{Backend, Error as InferenceError, Reference};
use std::sync::Arc;

fn faulty() -> (FaultyDevice, Troubles) {
    FaultyDevice::new(Options::default()).unwrap()
}

#[test]
fn a_refused_run_is_an_error_and_the_next_is_right() {
    let (device, troubles) = faulty();
    let backend = GpuBackend::with_device(device).unwrap();
    let case = Case::new(Kernel::Gemm, 3).unwrap();
    let wanted = Reference.load(Arc::clone(case.model())).unwrap().run(&case.batch()).unwrap();
    let loaded = backend.load(Arc::clone(case.model())).unwrap();
    troubles.bring(Trouble::Play, 0);
    let text = loaded.run(&case.batch()).unwrap_err().to_string();
    assert!(text.starts_with("backend faulty: ") && text.contains("injected"), "{text}");
    assert_eq!(loaded.run(&case.batch()).unwrap(), wanted);
}

/// A device that is gone answers nothing any more, and says of what kind the fault is.
#[test]
fn a_lost_device_stays_lost() {
    for (trouble, fault) in [(Trouble::Lost, Fault::Lost), (Trouble::TimeOut, Fault::TimeOut)] {
        let (device, troubles) = faulty();
        let backend = GpuBackend::with_device(device).unwrap();
        let case = Case::new(Kernel::Gemm, 3).unwrap();
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        loaded.run(&case.batch()).unwrap();
        troubles.bring(trouble, 0);
        for fault in [fault, Fault::Lost, Fault::Lost] {
            match loaded.run(&case.batch()) {
                Err(InferenceError::Device { fault: got, .. }) => assert_eq!(got, fault),
                other => panic!("{other:?}"),
            }
        }
        assert!(backend.load(Arc::clone(case.model())).is_err());
    }
}

#[test]
fn a_refused_load_is_an_error_and_the_next_is_right() {
    for (trouble, times) in [(Trouble::Memory, 2), (Trouble::Copy, 2), (Trouble::Record, 1)] {
        let (device, troubles) = faulty();
        let backend = GpuBackend::with_device(device).unwrap();
        let case = Case::new(Kernel::Conv2d, 3).unwrap();
        for which in 0..times {
            troubles.bring(trouble, which);
            assert!(backend.load(Arc::clone(case.model())).is_err(), "{trouble:?} {which}");
        }
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        case.compare(&loaded.run(&case.batch()).unwrap()).unwrap();
    }
}

/// Where there is no memory for a larger batch the runs go one by one.
#[test]
fn memory_that_is_refused_later_only_costs_time() {
    let (device, troubles) = faulty();
    let backend = GpuBackend::with_device(device).unwrap();
    let case = Case::new(Kernel::Conv2d, 3).unwrap();
    let batch = case.batch().repeat(7);
    let wanted = Reference.load(Arc::clone(case.model())).unwrap().run(&batch).unwrap();
    let loaded = backend.load(Arc::clone(case.model())).unwrap();
    for which in 0..4 {
        troubles.bring(Trouble::Memory, which);
        assert_eq!(loaded.run(&batch).unwrap(), wanted);
    }
}

/// One wrong bit in any kernel's answer keeps the backend off.
#[test]
fn one_flipped_bit_fails_the_self_test() {
    for &kernel in Kernel::ALL {
        let (device, troubles) = faulty();
        troubles.bring(Trouble::Wrong(kernel), 0);
        let backend = GpuBackend::unchecked(device);
        match backend.check(&Case::new(kernel, 2).unwrap()).unwrap_err() {
            Error::SelfTest { kernel: named, seed: 2, .. } => assert_eq!(named, kernel),
            error => panic!("{error}"),
        }
    }
    let (device, troubles) = faulty();
    troubles.bring(Trouble::Wrong(Kernel::Rescale), 0);
    assert!(matches!(GpuBackend::with_device(device), Err(Error::SelfTest { .. })));
}
