use super::{Compute, Wide};
use isocortex_model::ops::Clamp;

/// `y = min(max(x, lo), hi)`.
impl Compute for Clamp {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            *y = x.clamp(self.lo, self.hi);
        }
    }
}
