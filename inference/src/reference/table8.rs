use super::{Compute, Wide};
use isocortex_model::ops::Table8;

/// `y = table[x + 128]`.
impl Compute for Table8 {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        for (y, &x) in y.data.iter_mut().zip(&x[0].data) {
            *y = constants[0].data[(x + 128) as usize];
        }
    }
}
