#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "vulkan")]
use isocortex_gpu::*;
#[test]
fn cases() {
    for a in VulkanAdapter::all() {
        println!("{}", a.description());
    }
    let t = std::time::Instant::now();
    let device = VulkanDevice::open(&VulkanAdapter::best(true).unwrap()).unwrap();
    println!("open {:?}", t.elapsed());
    let backend = GpuBackend::unchecked(device);
    let mut bad = 0;
    for &kernel in Kernel::ALL {
        let t = std::time::Instant::now();
        for seed in 0..100 {
            let case = Case::new(kernel, seed).unwrap();
            if let Err(e) = backend.check(&case) {
                println!("{e}");
                bad += 1;
                if bad % 4 == 0 {
                    break;
                }
            }
        }
        println!("{kernel} {:?}", t.elapsed());
    }
    assert_eq!(bad, 0);
}
