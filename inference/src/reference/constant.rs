use super::{Compute, Wide};
use isocortex_model::ops::Constant;

/// The tensor itself.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Constant;
/// let tensor = Wide::of(&[2], &[7, -7]);
/// let mut y = Wide::zeros(&[2]);
/// Constant { tensor: 0 }.compute(&[], &[&tensor], &mut y);
/// assert_eq!(y, tensor);
/// ```
impl Compute for Constant {
    fn compute(&self, _: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        y.data.clone_from(&constants[0].data);
    }
}
