use super::{Compute, Wide};
use isocortex_model::ops::Concat;

/// The operands one after the other along the axis.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Concat;
/// let (a, b) = (Wide::of(&[2, 1], &[1, 2]), Wide::of(&[2, 2], &[3, 4, 5, 6]));
/// let mut y = Wide::zeros(&[2, 3]);
/// Concat { axis: 1 }.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [1, 3, 4, 2, 5, 6]);
/// ```
impl Compute for Concat {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let axis = usize::from(self.axis);
        let mut before = 0;
        for x in x {
            for (i, &v) in x.data.iter().enumerate() {
                let mut to = x.index(i);
                to[axis] += before;
                let to = y.at(&to);
                y.data[to] = v;
            }
            before += x.shape[axis];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let x = Wide::of(&[1, 2, 1], &[1, 2]);
        for (axis, shape, wanted) in [
            (0, [3, 2, 1], [1, 2, 1, 2, 1, 2]),
            (1, [1, 6, 1], [1, 2, 1, 2, 1, 2]),
            (2, [1, 2, 3], [1, 1, 1, 2, 2, 2]),
        ] {
            let mut y = Wide::zeros(&shape);
            Concat { axis }.compute(&[&x, &x, &x], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
