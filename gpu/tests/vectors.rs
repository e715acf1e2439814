//! The test vectors, which the independent implementation of SPEC.md makes, on emulated cards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::{GpuBackend, Products};
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::Backend;
use isocortex_testvectors::Kind;
use std::{path::Path, sync::Arc};

/// Every model runs on the device, and gives the vectors' bytes.
#[test]
fn ops_and_models_equal_the_vectors() {
    for products in [Products::Rows, Products::Large, Products::AllWgmma] {
        let device = EmulatedDevice::new(Options { products, ..Options::default() }).unwrap();
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
        let lacking = models.iter().find(|model| !gpu.covers(model));
        assert!(lacking.is_none(), "not on the device: {:?}", lacking.map(|model| &model.header().nodes));
        let backend: Arc<dyn Backend> = Arc::new(gpu);
        let report = isocortex_testvectors::run(&files, &backend);
        assert!(report.exit_code() == 0 && report.entries.len() >= models.len(), "{report}");
    }
}
