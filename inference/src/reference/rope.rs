use super::{Compute, Wide};
use isocortex_model::ops::Rope;

/// Rotary position embedding.
impl Compute for Rope {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
