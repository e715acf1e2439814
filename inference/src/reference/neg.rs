use super::{Compute, Wide};
use isocortex_model::ops::Neg;

/// `−x`.
impl Compute for Neg {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
