use super::{Compute, Wide};
use isocortex_model::ops::Compare;

/// 1 where a relation holds, else 0, as i8.
impl Compute for Compare {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
