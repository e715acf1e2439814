use super::{Compute, Wide};
use isocortex_model::ops::Transpose;

/// Result dimension d is the operand's dimension `perm[d]`.
impl Compute for Transpose {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        let mut from = vec![0; x.shape.len()];
        for i in 0..y.data.len() {
            let mut rest = i;
            for (d, &size) in y.shape.iter().enumerate().rev() {
                from[usize::from(self.perm[d])] = rest % size;
                rest /= size;
            }
            y.data[i] = x.data[x.at(&from)];
        }
    }
}
