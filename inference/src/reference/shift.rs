use super::{Compute, Wide};
use isocortex_model::ops::Shift;

/// `x · 2^bits`, to i32.
impl Compute for Shift {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
