//! The whole backend on emulated cards: every kernel against the reference, on odd shapes and extreme values,
//! in shuffled thread order, with and without the sanitizers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{Case, Error, GpuBackend, Kernel, Products};
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::{Backend, Error as InferenceError, Reference, first_difference};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType, ops};
use std::{ops::Range, sync::Arc};

fn backend(options: Options) -> GpuBackend<EmulatedDevice> {
    GpuBackend::unchecked(EmulatedDevice::new(options).unwrap())
}

fn check_all(options: Options, seeds: Range<u64>) {
    check_kernels(options, seeds, Kernel::ALL);
}

fn check_kernels(options: Options, seeds: Range<u64>, kernels: &[Kernel]) {
    let backend = backend(options);
    for &kernel in kernels {
        for seed in seeds.clone() {
            let case = Case::new(kernel, seed).unwrap();
            backend.check(&case).unwrap_or_else(|e| panic!("{options:?}: {e}"));
        }
    }
}

#[test]
fn every_kernel_equals_the_reference_with_dp4a() {
    check_all(Options { products: Products::Rows, seed: 2, ..Options::default() }, 0..300);
}

#[test]
fn every_kernel_equals_the_reference_with_mma() {
    check_all(Options { products: Products::Large, seed: 3, ..Options::default() }, 0..300);
}

/// The other kernels are those of the test above.
#[test]
fn products_by_wgmma_equal_the_reference() {
    check_kernels(
        Options { seed: 4, ..Options::default() },
        0..300,
        &[Kernel::GemmWgmma, Kernel::Conv2dWgmma],
    );
}

#[test]
fn every_kernel_is_clean_under_the_sanitizers() {
    check_all(Options { products: Products::Rows, sanitize: true, ..Options::default() }, 300..330);
    check_all(Options { products: Products::Large, sanitize: true, ..Options::default() }, 330..360);
    check_kernels(
        Options { sanitize: true, ..Options::default() },
        330..360,
        &[Kernel::GemmWgmma, Kernel::Conv2dWgmma],
    );
}

#[test]
fn the_self_test_passes_on_a_sound_device() {
    GpuBackend::with_device(EmulatedDevice::new(Options::default()).unwrap()).unwrap();
}

/// Leaves out each barrier and each wait for a copy in turn: wrong words, named by the self-test.
#[test]
fn a_missing_barrier_is_caught() {
    let tiled = [Kernel::Gemm, Kernel::Conv2d];
    let products = [Kernel::Gemm, Kernel::GemmLarge, Kernel::Conv2d, Kernel::Conv2dLarge];
    let rows = [Kernel::AbsMaxRow, Kernel::Softmax15, Kernel::LayerNorm, Kernel::RmsNorm, Kernel::L2Norm];
    let limbs = [Kernel::BatchMatMul1616, Kernel::ConvTranspose2d];
    let wgmma = [Kernel::GemmWgmma, Kernel::Conv2dWgmma];
    let (dp4a, mma) = (Products::Rows, Products::Large);
    for (label, card, kernels) in [
        (1, dp4a, &tiled[..]),
        (2, dp4a, &tiled),
        (51, mma, &products),
        (52, mma, &products),
        (53, mma, &products),
        (54, mma, &products),
        (55, mma, &products),
        (56, mma, &products),
        (57, mma, &[Kernel::BatchMatMul88]),
        (3, mma, &rows),
        (4, mma, &rows),
        (20, mma, &[Kernel::Pool, Kernel::Reduce]),
        (21, dp4a, &limbs),
        (22, dp4a, &limbs),
        (21, mma, &limbs),
        (22, mma, &limbs),
        (23, mma, &limbs),
        (24, mma, &[Kernel::TopKSort]),
        (25, mma, &[Kernel::TopKSort]),
        (26, mma, &[Kernel::TreeEnsemble]),
        (27, mma, &[Kernel::TreeEnsemble]),
        (28, mma, &[Kernel::TreeEnsemble]),
        (40, mma, &[Kernel::TransposeTile]),
        (60, Products::Wgmma, &wgmma),
        (61, Products::Wgmma, &wgmma),
        (62, Products::Wgmma, &wgmma),
        (63, Products::Wgmma, &wgmma),
        (64, Products::Wgmma, &wgmma),
        (65, Products::Wgmma, &wgmma),
        (66, Products::Wgmma, &wgmma),
        (67, Products::Wgmma, &wgmma),
        (68, Products::Wgmma, &wgmma),
        (69, Products::Wgmma, &wgmma),
        (70, Products::Wgmma, &wgmma),
        (71, Products::Wgmma, &wgmma),
        (72, Products::Wgmma, &wgmma),
    ] {
        let caught = (0..4).any(|seed| {
            let options = Options { seed, products: card, dropped_barrier: label, sanitize: false };
            let backend = backend(options);
            let mut cases = kernels.iter().flat_map(|&kernel| (0..30).map(move |case| (kernel, case)));
            cases.any(|(kernel, case)| match backend.check(&Case::new(kernel, case).unwrap()) {
                Ok(()) => false,
                // A wrong word, or what was read as an index led nowhere.
                Err(Error::SelfTest { .. } | Error::Device { .. } | Error::Reference(_)) => true,
                Err(error) => panic!("{error}"),
            })
        });
        assert!(caught, "barrier {label} with {card:?}");
    }
}

/// The form of a product follows the rows of the batch: one run of this model has few, many runs are tiles by wgmma, so
/// that its weights lie on the card in two layouts.
#[test]
fn one_model_takes_a_form_for_each_batch() {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let (rows, k, n) = (6, 144, 2048);
    let weights = (0..n * k).map(|i| (i * 37 % 251) as u8 as i8).collect();
    let artifact = Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[rows, k]), quant }],
        vec![Tensor::i8(&[n, k], weights), Tensor::i32(&[n], (0..n as i32).collect())],
        vec![Node { operands: vec![0], op: Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: 3 }) }],
        vec![Output { name: "y".into(), value: 1, quant }],
        Default::default(),
    );
    let model = Arc::new(Model::check(&artifact).unwrap());
    let backend = backend(Options::default());
    let loaded = backend.load(Arc::clone(&model)).unwrap();
    let reference = Reference.load(Arc::clone(&model)).unwrap();
    for runs in [1, 256] {
        let inputs: Vec<Vec<u8>> =
            (0..runs).map(|run| (0..model.input_len()).map(|i| (i * 7 + run) as u8).collect()).collect();
        let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        assert!(loaded.run(&batch).unwrap() == reference.run(&batch).unwrap(), "{runs} runs");
    }
    // One run is 6 rows and 256 are 1,536: 96 tiles of 128 x 256.
    let (used, _) = backend.memory();
    assert!(used > 2 * u64::from(n * k));
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
