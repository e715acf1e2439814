use super::{Compute, Wide};
use isocortex_model::ops::Softmax15;

/// Softmax of each row in Q15.
impl Compute for Softmax15 {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
