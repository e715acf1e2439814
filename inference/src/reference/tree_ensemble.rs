use super::{Compute, Wide};
use isocortex_model::ops::TreeEnsemble;

/// From each root, at node j on to `children[j, 0]` if `x[feature[j]] ≤ threshold[j]`, else to `children[j, 1]`, until
/// a reference r < 0 names leaf l = −1 − r: `y[c] = bias[c] + Σ_trees leaves[l, c]`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::TreeEnsemble;
/// // One node: 100 where x[1] ≤ 7, else 200; and 5.
/// let op = TreeEnsemble { feature: 0, threshold: 1, children: 2, roots: 3, leaves: 4, bias: 5 };
/// let (feature, threshold, children) = (Wide::of(&[1], &[1]), Wide::of(&[1], &[7]), Wide::of(&[1, 2], &[-1, -2]));
/// let (roots, leaves, bias) = (Wide::of(&[1], &[0]), Wide::of(&[2, 1], &[100, 200]), Wide::of(&[1], &[5]));
/// let (x, mut y) = (Wide::of(&[2, 2], &[9, 7, 0, 8]), Wide::zeros(&[2, 1]));
/// op.compute(&[&x], &[&feature, &threshold, &children, &roots, &leaves, &bias], &mut y);
/// assert_eq!(y.data, [105, 205]);
/// ```
impl Compute for TreeEnsemble {
    fn compute(&self, x: &[&Wide], constants: &[&Wide], y: &mut Wide) {
        let [feature, threshold, children, roots, leaves, bias] =
            [0, 1, 2, 3, 4, 5].map(|i| &constants[i].data);
        let features = x[0].shape[x[0].shape.len() - 1];
        for (x, y) in x[0].data.chunks(features).zip(y.data.chunks_mut(bias.len())) {
            y.copy_from_slice(bias);
            for &root in roots {
                let mut r = root;
                while let Ok(j) = usize::try_from(r) {
                    let right = x[feature[j] as usize] > threshold[j];
                    r = children[2 * j + usize::from(right)];
                }
                let leaf = (-1 - r) as usize;
                for (c, y) in y.iter_mut().enumerate() {
                    *y += leaves[leaf * bias.len() + c];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// Two trees over two features, by hand: tree 0 is `x0 ≤ 3 ? a : (x1 ≤ −1 ? b : c)`, tree 1 is the leaf d.
    #[test]
    fn walks_by_hand() {
        let op = TreeEnsemble { feature: 0, threshold: 1, children: 2, roots: 3, leaves: 4, bias: 5 };
        let constants = [
            Wide::of(&[2], &[0, 1]),
            Wide::of(&[2], &[3, -1]),
            Wide::of(&[2, 2], &[-1, 1, -2, -3]),
            Wide::of(&[2], &[0, -4]),
            Wide::of(&[4, 2], &[1, -1, 20, -20, 300, -300, 4_000, 0]),
            Wide::of(&[2], &[0, 7]),
        ];
        let x = Wide::of(&[4, 2], &[3, 100, 4, -1, 4, 0, i32::MIN, 9]);
        let wanted = [4_001, 6, 4_020, -13, 4_300, -293, 4_001, 6];
        assert_eq!(result(&op, &[&x], &constants, &[4, 2]), wanted);
    }
}
