use super::{Compute, Wide};
use isocortex_model::ops::KvAppend;

/// A cache with new rows written at a position.
impl Compute for KvAppend {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
