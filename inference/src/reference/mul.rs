use super::{Compute, Wide};
use isocortex_model::ops::Mul;

/// `a · b`, to i32.
impl Compute for Mul {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
