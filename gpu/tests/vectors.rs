//! The test vectors, which the independent implementation of SPEC.md makes, on emulated cards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::GpuBackend;
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_inference::Backend;
use std::{path::Path, sync::Arc};

#[test]
fn ops_and_models_equal_the_vectors() {
    for mma in [false, true] {
        let device = EmulatedDevice::new(Options { mma, ..Options::default() }).unwrap();
        let backend: Arc<dyn Backend> = Arc::new(GpuBackend::with_device(device).unwrap());
        for folder in ["ops", "models"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/data").join(folder);
            let files = isocortex_testvectors::load(&folder).unwrap();
            let report = isocortex_testvectors::run(&files, &backend);
            assert!(report.exit_code() == 0 && !report.entries.is_empty(), "{report}");
        }
    }
}
