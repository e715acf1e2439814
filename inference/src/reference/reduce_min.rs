use super::{Compute, Wide};
use isocortex_model::ops::ReduceMin;

/// Smallest element over some axes.
impl Compute for ReduceMin {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
