//! Tiles without vector instructions of our own, for any machine.

use super::{Block, LANES, Out, ROWS, Tiles, store};

pub(super) const TILES: Tiles = &[&[(1, tile)]];

/// One row, one panel. Wrapping, see the module above.
fn tile(b: &Block<'_>, at: &[usize; ROWS], row: usize, out: &mut Out<'_>) {
    let mut acc = b.bias[0];
    for (&segment, weights) in b.segments.iter().zip(b.weights.chunks_exact(b.groups)) {
        let a = &b.a[at[0] + segment..][..4 * b.groups];
        for (a, w) in a.as_chunks::<4>().0.iter().zip(weights) {
            let a = a.map(i32::from);
            for l in 0..LANES {
                let w: [i32; 4] = std::array::from_fn(|i| w[4 * l + i].into());
                let pair = |i: usize| a[i].wrapping_mul(w[i]).wrapping_add(a[i + 1].wrapping_mul(w[i + 1]));
                acc[l] = acc[l].wrapping_add(pair(0)).wrapping_add(pair(2));
            }
        }
    }
    store(b, &[[acc]], row, out);
}
