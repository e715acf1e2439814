use super::{Compute, Wide};
use isocortex_model::ops::Pad;

/// The operand within a border of `value`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::Pad;
/// let x = Wide::of(&[1, 2], &[1, 2]);
/// let mut y = Wide::zeros(&[2, 4]);
/// Pad { before: vec![1, 0], after: vec![0, 2], value: 9 }.compute(&[&x], &[], &mut y);
/// assert_eq!(y.data, [9, 9, 9, 9, 1, 2, 9, 9]);
/// ```
impl Compute for Pad {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        y.data.fill(self.value);
        for (i, &v) in x[0].data.iter().enumerate() {
            let mut to = x[0].index(i);
            for (to, &before) in to.iter_mut().zip(&self.before) {
                *to += before as usize;
            }
            let to = y.at(&to);
            y.data[to] = v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_results() {
        let x = Wide::of(&[2], &[1, 2]);
        for (before, after, wanted) in
            [(0, 0, vec![1, 2]), (3, 0, vec![-8, -8, -8, 1, 2]), (0, 1, vec![1, 2, -8])]
        {
            let mut y = Wide::zeros(&[wanted.len() as u32]);
            Pad { before: vec![before], after: vec![after], value: -8 }.compute(&[&x], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
