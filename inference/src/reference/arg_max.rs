use super::{Compute, Wide};
use isocortex_model::ops::ArgMax;

/// `y` is the lowest index along the axis of the largest x.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::ArgMax;
/// let (x, mut y) = (Wide::of(&[2, 3], &[1, 7, 7, -1, -3, -2]), Wide::zeros(&[2]));
/// ArgMax { axis: 1 }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [1, 0]);
/// ```
impl Compute for ArgMax {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let axis = usize::from(self.axis);
        let (n, inner) = (x[0].shape[axis], x[0].shape[axis + 1..].iter().product::<usize>());
        for (i, y) in y.data.iter_mut().enumerate() {
            // The elements along the axis lie `inner` apart.
            let first = i / inner * n * inner + i % inner;
            let element = |k: usize| x[0].data[first + k * inner];
            let mut largest = 0;
            for k in 1..n {
                // By rising index, so the first of equal ones stays.
                if element(k) > element(largest) {
                    largest = k;
                }
            }
            *y = largest as i32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// Data and answers of the ONNX standard's page for ArgMax with the first index, and a vector.
    #[test]
    fn onnx_examples() {
        let (a, b) = (Wide::of(&[2, 2], &[2, 1, 3, 10]), Wide::of(&[2, 2], &[2, 2, 3, 10]));
        let least = Wide::of(&[3], &[i32::MIN; 3]);
        let cases: [(_, _, &[i32]); 4] =
            [(&a, 1, &[0, 1]), (&a, 0, &[1, 1]), (&b, 1, &[0, 1]), (&least, 0, &[0])];
        for (x, axis, wanted) in cases {
            assert_eq!(result(&ArgMax { axis }, &[x], &[], &[wanted.len() as u32]), wanted);
        }
    }

    /// The middle axis of [2, 3, 2]: columns (1, 3, 5), (2, 4, 0) and (9, 9, 8), (−1, −2, −1).
    #[test]
    fn an_axis_between_others() {
        let x = Wide::of(&[2, 3, 2], &[1, 2, 3, 4, 5, 0, 9, -1, 9, -2, 8, -1]);
        assert_eq!(result(&ArgMax { axis: 1 }, &[&x], &[], &[2, 2]), [2, 1, 0, 0]);
    }
}
