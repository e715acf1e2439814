use super::{Compute, Wide};
use isocortex_model::ops::BatchMatMul;

/// Product of two activations `[…, M, K]` and `[…, K, N]` to i32 `[…, M, N]`.
impl Compute for BatchMatMul {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
