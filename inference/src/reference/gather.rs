use super::{Compute, Wide};
use isocortex_model::ops::Gather;

/// Rows of the first operand by indices in the second.
impl Compute for Gather {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
