use super::{Compute, Wide};
use isocortex_model::ops::Abs;

/// `|x|`.
impl Compute for Abs {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
