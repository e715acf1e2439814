use super::{Compute, Wide};
use isocortex_model::ops::Max;

/// The larger of two.
impl Compute for Max {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
