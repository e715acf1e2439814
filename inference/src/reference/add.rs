use super::{Compute, Wide};
use isocortex_model::ops::Add;

/// `a + b`, to i32.
impl Compute for Add {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
