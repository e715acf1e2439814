//! Which ops run on the device, for every form of them that the vectors have.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use isocortex_gpu::GpuBackend;
use isocortex_gpu_emulator::{EmulatedDevice, Options};
use isocortex_testvectors::{Kind, checked, load};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Ops of op set 1.
const OPS: usize = 54;

/// Ops that the device has no kernel for, or not for every type and shape. This list must equal the truth: whoever
/// writes a kernel takes its op out.
const ON_THE_CPU: &[&str] = &[];

#[test]
fn the_ops_without_kernels_are_those_listed() {
    let gpu = GpuBackend::unchecked(EmulatedDevice::new(Options::default()).unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/data/ops");
    // Of each op how many models have it, and in how many of these the device lacks it.
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for file in load(&folder).unwrap() {
        let Kind::Models(cases) = &file.cases else { continue };
        for case in cases {
            let model = checked(case).unwrap();
            let missing = gpu.missing(&model);
            let ops: BTreeSet<_> = model.header().nodes.iter().map(|node| node.op.name()).collect();
            for op in ops {
                let (models, lacking) = table.entry(op).or_default();
                *models += 1;
                *lacking += usize::from(missing.contains(op));
            }
        }
    }
    for (op, (models, lacking)) in &table {
        println!("{op:<16} on the device in {:>4} of {models:>4} models", models - lacking);
    }
    assert_eq!(table.len(), OPS);
    let rest: Vec<_> = table.iter().filter(|(_, (_, lacking))| *lacking > 0).map(|(op, _)| *op).collect();
    assert_eq!(rest, ON_THE_CPU, "the ops with a model that runs on the CPU, and the list");
}
