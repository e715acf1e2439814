use super::tensor::Wide;
use isocortex_model::ops::Transpose;

/// Result dimension d is the operand's dimension `perm[d]`.
pub fn transpose(op: &Transpose, x: &Wide, y: &mut Wide) {
    let mut from = vec![0; x.shape.len()];
    for i in 0..y.data.len() {
        let mut rest = i;
        for (d, &size) in y.shape.iter().enumerate().rev() {
            from[usize::from(op.perm[d])] = rest % size;
            rest /= size;
        }
        y.data[i] = x.data[x.at(&from)];
    }
}
