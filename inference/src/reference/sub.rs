use super::{Compute, Wide};
use isocortex_model::ops::Sub;

/// `a − b`, to i32.
impl Compute for Sub {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
