//! Random models of all ops on an emulated card, and by Vulkan, against the reference: each op alone, and graphs of many.
//!
//! `ISOCORTEX_GRAPHS` is how many graphs (and a twentieth of it how many models of each op), `ISOCORTEX_SEED` with
//! which seed: more of them than in the test suite, or the ones of a failure again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// The generator that the CPU backend is tested with.
#[path = "../../inference/tests/cpu/f24.rs"]
mod f24;
#[path = "../../inference/tests/cpu/graph.rs"]
mod graph;
#[path = "../../inference/tests/cpu/more.rs"]
mod more;
#[cfg(feature = "vulkan")]
mod software;

use graph::{Graph, Rng};
use isocortex_gpu::{Device, GpuBackend, Products};
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::{Backend, Reference, first_difference};
use isocortex_model::{DType, Model, TensorType};
use std::{env, sync::Arc};

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn how_many() -> u64 {
    number("ISOCORTEX_GRAPHS", 300)
}

/// Random models, the ones that run on the device and the others counted.
struct Check<D: Device> {
    gpu: GpuBackend<D>,
    rng: Rng,
    covered: usize,
    fallen: usize,
}

impl Check<EmulatedDevice> {
    fn new(options: Options, stream: u64) -> Self {
        let seed = number("ISOCORTEX_SEED", 1);
        Self::on(EmulatedDevice::new(Options { seed, ..options }).unwrap(), stream)
    }
}

impl<D: Device> Check<D> {
    fn on(device: D, stream: u64) -> Self {
        let rng = Rng(number("ISOCORTEX_SEED", 1).wrapping_mul(1000) + stream);
        Self { gpu: GpuBackend::unchecked(device), rng, covered: 0, fallen: 0 }
    }

    /// A batch of random bytes, bytes at the ends of their range, and zeros; then the nodes one by one.
    fn compare(&mut self, model: Model) {
        let (model, rng) = (Arc::new(model), &mut self.rng);
        let mut bytes = |of: &dyn Fn(u64) -> u8| (0..model.input_len()).map(|_| of(rng.next())).collect();
        let ends = |n: u64| if n.is_multiple_of(2) { 0x80 } else { 0x7f };
        let inputs: [Vec<u8>; 3] = [bytes(&|n| n as u8), bytes(&ends), bytes(&|_| 0)];
        let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let covered = self.gpu.covers(&model);
        *(if covered { &mut self.covered } else { &mut self.fallen }) += 1;
        let reference = Reference.load(Arc::clone(&model)).unwrap();
        let ours = self.gpu.load(Arc::clone(&model)).unwrap();
        let name = || format!("{:#?}", model.header());
        let got = ours.trace(batch[0]).unwrap_or_else(|e| panic!("{e}: {}", name()));
        let wanted = reference.trace(batch[0]).unwrap();
        let difference = first_difference(&got, &wanted);
        assert!(difference.is_none(), "{difference:?} in {}", name());
        let got = ours.run(&batch).unwrap_or_else(|e| panic!("{e}: {}", name()));
        assert!(got == reference.run(&batch).unwrap(), "as a batch, {}", name());
    }

    /// `count` models of one node, or a few where it needs others before it.
    fn alone(&mut self, tag: i64, count: u64) {
        let mut done = 0;
        for _ in 0..100 * count {
            if done == count {
                return;
            }
            let rng = &mut self.rng;
            let dtype = match tag {
                1 | 2 | 3 | 7 => rng.pick(&[DType::I8, DType::I8, DType::I16]),
                11 | 61 | 62 => DType::I8,
                _ => rng.dtype(),
            };
            let channels = rng.pick(&[1, 2, 3, 4, 7, 16, 20, 32, 67]);
            let shape = [rng.range(1, 11) as u32, rng.range(1, 11) as u32, channels];
            let images = matches!(tag, 1 | 2 | 7 | 62);
            let shape = if images { &shape[..] } else { &shape[rng.below(3) as usize..] };
            if let Some(graph) = Graph::new(&[TensorType::new(dtype, shape)]).with(rng, tag) {
                self.compare(graph.model);
                done += 1;
            }
        }
        panic!("op {tag}: {done} models passed the check");
    }

    fn graphs(&mut self, count: u64) {
        for _ in 0..count {
            let nodes = self.rng.range(2, 12) as usize;
            let graph = Graph::random(&mut self.rng, nodes);
            self.compare(graph.model);
        }
    }

    fn report(&self, what: &str) {
        println!("{what}: {} on the device, {} on the CPU behind it, all equal", self.covered, self.fallen);
    }
}

#[test]
fn each_op_alone() {
    for products in [Products::Large, Products::AllWgmma] {
        let mut check = Check::new(Options { products, ..Options::default() }, 1);
        Graph::tags().into_iter().for_each(|tag| check.alone(tag, how_many().div_ceil(20)));
        check.report("models of one op");
        assert_eq!(check.fallen, 0);
    }
}

#[test]
fn graphs_of_many_ops() {
    for (products, stream, count) in [
        (Products::Large, 3, how_many()),
        (Products::AllWgmma, 4, how_many() / 2),
        (Products::Rows, 2, how_many() / 4),
    ] {
        let mut check = Check::new(Options { products, ..Options::default() }, stream);
        check.graphs(count);
        check.report("graphs");
        assert_eq!(check.fallen, 0);
    }
}

#[test]
fn both_under_the_sanitizers() {
    let mut check = Check::new(Options { sanitize: true, ..Options::default() }, 5);
    check.graphs(how_many() / 5);
    Graph::tags().into_iter().for_each(|tag| check.alone(tag, how_many().div_ceil(100)));
    check.report("both under the sanitizers");
    assert_eq!(check.fallen, 0);
}

#[cfg(feature = "vulkan")]
#[test]
fn both_by_vulkan() {
    let Some(adapter) = software::adapter() else { return };
    let mut check = Check::on(isocortex_gpu::VulkanDevice::open(&adapter).unwrap(), 6);
    check.graphs(how_many());
    Graph::tags().into_iter().for_each(|tag| check.alone(tag, how_many().div_ceil(20)));
    check.report("both by Vulkan");
}
