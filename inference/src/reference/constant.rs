use super::{Compute, Wide};
use isocortex_model::ops::Constant;

/// A tensor of the weight table as a value.
impl Compute for Constant {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
