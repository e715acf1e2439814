use super::{Compute, Wide};
use isocortex_model::ops::Min;

/// The smaller of two.
impl Compute for Min {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
