use super::{Compute, Wide};
use isocortex_model::ops::CausalMask;

/// What lies behind the query's position is filled.
impl Compute for CausalMask {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
