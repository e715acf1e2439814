use super::{Compute, Wide};
use isocortex_model::ops::ReduceMax;

/// Largest element over some axes.
impl Compute for ReduceMax {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
