use super::{Compute, Wide};
use isocortex_model::ops::AvgPool;

/// Mean over windows of an image `[H, W, C]`.
impl Compute for AvgPool {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
