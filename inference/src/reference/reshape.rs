use super::{Compute, Wide};
use isocortex_model::ops::Reshape;

/// The same elements.
impl Compute for Reshape {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        y.data.clone_from(&x[0].data);
    }
}
