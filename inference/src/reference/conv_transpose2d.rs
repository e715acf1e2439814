use super::{Compute, Wide};
use isocortex_model::ops::ConvTranspose2d;

/// Transposed convolution of an i8 or i16 image `[H, W, C]` to i32 `[OH, OW, O]`.
impl Compute for ConvTranspose2d {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
