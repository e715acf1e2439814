use super::{Compute, Wide};
use isocortex_model::ops::AddScaled;

/// `y = clamp((((a − zpa)·ma + (b − zpb)·mb + 2^(s−1)) >> s) + zero_point, lo, hi)`.
impl Compute for AddScaled {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let (a, b) = (x[0], x[1]);
        for ((y, &a), &b) in y.data.iter_mut().zip(&a.data).zip(&b.data) {
            *y = self.apply(a, b);
        }
    }
}
