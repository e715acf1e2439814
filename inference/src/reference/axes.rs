//! Axes that a reduction removes.

use super::Wide;

/// For each element of `x`, in order, the position in the result without `axes` that it belongs to.
pub(super) fn reduced<'a>(x: &'a Wide, axes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    (0..x.data.len()).map(move |i| {
        // The index of element i, axis by axis from the innermost.
        let (mut rest, mut at, mut stride) = (i, 0, 1);
        for (axis, &d) in x.shape.iter().enumerate().rev() {
            if !axes.contains(&(axis as u8)) {
                at += rest % d * stride;
                stride *= d;
            }
            rest /= d;
        }
        at
    })
}
