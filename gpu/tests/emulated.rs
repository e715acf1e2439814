//! The whole backend on emulated cards: every kernel against the reference, on odd shapes and extreme values,
//! in shuffled thread order, with and without the sanitizers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{Case, Error, GpuBackend, Kernel};
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::{Backend, Error as InferenceError, Reference, first_difference};
use std::{ops::Range, sync::Arc};

fn backend(options: Options) -> GpuBackend<EmulatedDevice> {
    GpuBackend::unchecked(EmulatedDevice::new(options).unwrap())
}

fn check_all(options: Options, seeds: Range<u64>) {
    let backend = backend(options);
    for &kernel in Kernel::ALL {
        for seed in seeds.clone() {
            let case = Case::new(kernel, seed).unwrap();
            backend.check(&case).unwrap_or_else(|e| panic!("{options:?}: {e}"));
        }
    }
}

#[test]
fn every_kernel_equals_the_reference_with_dp4a() {
    check_all(Options { mma: false, seed: 2, ..Options::default() }, 0..300);
}

#[test]
fn every_kernel_equals_the_reference_with_mma() {
    check_all(Options { mma: true, seed: 3, ..Options::default() }, 0..300);
}

#[test]
fn every_kernel_is_clean_under_the_sanitizers() {
    check_all(Options { mma: false, sanitize: true, ..Options::default() }, 300..330);
    check_all(Options { mma: true, sanitize: true, ..Options::default() }, 330..360);
}

#[test]
fn the_self_test_passes_on_a_sound_device() {
    GpuBackend::with_device(EmulatedDevice::new(Options::default()).unwrap()).unwrap();
}

/// Leaves out each barrier and each wait for a copy in turn, those of the tiled kernels and those of long rows: wrong words, named by the
/// self-test.
#[test]
fn a_missing_barrier_is_caught() {
    let tiled = [Kernel::Gemm, Kernel::Conv2d];
    let products = [Kernel::Gemm, Kernel::GemmLarge, Kernel::Conv2d, Kernel::Conv2dLarge];
    let rows = [Kernel::AbsMaxRow, Kernel::Softmax15, Kernel::LayerNorm, Kernel::RmsNorm, Kernel::L2Norm];
    let limbs = [Kernel::BatchMatMul1616, Kernel::ConvTranspose2d];
    for (label, mma, kernels) in [
        (1, false, &tiled[..]),
        (2, false, &tiled),
        (51, true, &products),
        (52, true, &products),
        (53, true, &products),
        (54, true, &products),
        (55, true, &products),
        (56, true, &products),
        (3, true, &rows),
        (4, true, &rows),
        (20, true, &[Kernel::Pool, Kernel::Reduce]),
        (21, false, &limbs),
        (22, false, &limbs),
        (21, true, &limbs),
        (22, true, &limbs),
        (23, true, &limbs),
        (24, true, &[Kernel::TopKSort]),
        (25, true, &[Kernel::TopKSort]),
        (26, true, &[Kernel::TreeEnsemble]),
        (27, true, &[Kernel::TreeEnsemble]),
        (28, true, &[Kernel::TreeEnsemble]),
        (40, true, &[Kernel::TransposeTile]),
    ] {
        let caught = (0..4).any(|seed| {
            let options = Options { seed, mma, dropped_barrier: label, sanitize: false };
            let backend = backend(options);
            let mut cases = kernels.iter().flat_map(|&kernel| (0..30).map(move |case| (kernel, case)));
            cases.any(|(kernel, case)| match backend.check(&Case::new(kernel, case).unwrap()) {
                Ok(()) => false,
                // A wrong word, or what was read as an index led nowhere.
                Err(Error::SelfTest { .. } | Error::Device { .. } | Error::Reference(_)) => true,
                Err(error) => panic!("{error}"),
            })
        });
        assert!(caught, "barrier {label} with mma: {mma}");
    }
}

#[test]
fn batches_and_traces_equal_the_reference() {
    let backend = backend(Options::default());
    for &kernel in Kernel::ALL {
        let case = Case::new(kernel, 7).unwrap();
        let loaded = backend.load(Arc::clone(case.model())).unwrap();
        let reference = Reference.load(Arc::clone(case.model())).unwrap();
        assert_eq!(loaded.run(&[]).unwrap(), Vec::<Vec<u8>>::new());
        let batch = case.batch().repeat(5);
        assert_eq!(loaded.run(&batch).unwrap(), reference.run(&batch).unwrap(), "{kernel}");
        let (a, b) = (loaded.trace(batch[0]).unwrap(), reference.trace(batch[0]).unwrap());
        assert!(!a.is_empty() && first_difference(&a, &b).is_none() && a == b, "{kernel}");
    }
}

#[test]
fn an_input_of_the_wrong_length_is_the_callers_fault() {
    let case = Case::new(Kernel::Clamp, 0).unwrap();
    let loaded = backend(Options::default()).load(Arc::clone(case.model())).unwrap();
    let (good, long) = (vec![0; case.model().input_len()], vec![0; case.model().input_len() + 1]);
    for bad in [&[][..], &long] {
        let error = loaded.run(&[&good, bad]).unwrap_err();
        assert!(matches!(error, InferenceError::InputLength { index: 1, .. }), "{error}");
        assert!(loaded.trace(bad).is_err());
    }
}
