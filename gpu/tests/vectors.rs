//! The test vectors, which the independent implementation of SPEC.md makes, on emulated cards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::GpuBackend;
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::Backend;
use isocortex_testvectors::Kind;
use std::{path::Path, sync::Arc};

/// Ops that have kernels for all types and shapes: a model of these alone runs on the device.
const COVERED: &[&str] = &[
    "Transpose",
    "Reshape",
    "Slice",
    "Concat",
    "Pad",
    "Tile",
    "Resize",
    "Gather",
    "Embed",
    "ScatterRow",
    "Constant",
    "Rope",
    "KvAppend",
    "CausalMask",
    "Clamp",
];

/// Every model gives the vectors' bytes: on the device where it has kernels for it, else on the CPU behind it.
#[test]
fn ops_and_models_equal_the_vectors() {
    for mma in [false, true] {
        let device = EmulatedDevice::new(Options { mma, ..Options::default() }).unwrap();
        let gpu = GpuBackend::with_device(device).unwrap();
        let mut files = vec![];
        for folder in ["ops", "models"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/data").join(folder);
            files.extend(isocortex_testvectors::load(&folder).unwrap());
        }
        let models = files.iter().filter_map(|file| match &file.cases {
            Kind::Models(cases) => Some(cases),
            _ => None,
        });
        let models: Vec<_> = models.flatten().map(|c| isocortex_testvectors::checked(c).unwrap()).collect();
        let covered = models.iter().filter(|model| gpu.covers(model)).count();
        println!("{covered} of {} models run on the device, the others on the CPU", models.len());
        assert!(covered >= 450, "{covered}");
        let left_out = models.iter().filter(|model| !gpu.covers(model));
        for model in left_out.map(|model| model.header()) {
            let lacking = |name| !COVERED.contains(&name);
            assert!(model.nodes.iter().any(|node| lacking(node.op.name())), "{:?}", model.nodes);
        }
        let backend: Arc<dyn Backend> = Arc::new(gpu);
        let report = isocortex_testvectors::run(&files, &backend);
        assert!(report.exit_code() == 0 && report.entries.len() >= models.len(), "{report}");
    }
}
