use super::{Compute, Wide};
use isocortex_model::ops::{Resize, ResizeMode};

/// For result position (i, j): `p = i·dy + oy`, `h = floor(p / ny)`, `f = p − h·ny`, `h0` and `h1` are h and h + 1,
/// clamped into the image; w, g, w0, w1 likewise from j.
/// - Nearest: `x[h1 if 2f ≥ ny else h0, w1 if 2g ≥ nx else w0, c]`.
/// - Bilinear: `x[h0,w0]·(ny−f)·(nx−g) + x[h0,w1]·(ny−f)·g + x[h1,w0]·f·(nx−g) + x[h1,w1]·f·g`.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::{Resize, ResizeMode};
/// // A row twice as wide, pixels as areas: 4 quarters of a pixel to a pixel, 2 to a step, from −1 on.
/// let (scale, offset, border) = ([1, 1, 4, 2], [0, -1], [0, 1]);
/// let x = Wide::of(&[1, 2, 1], &[10, 20]);
/// for (mode, wanted) in [
///     (ResizeMode::Nearest, [10, 10, 20, 20]),
///     (ResizeMode::Bilinear, [40, 50, 70, 80]), // 4 · (10, 12.5, 17.5, 20)
/// ] {
///     let mut y = Wide::zeros(&[1, 4, 1]);
///     Resize { mode, scale, offset, border }.compute(&[&x], &[], &mut y);
///     assert_eq!(y.data, wanted);
/// }
/// ```
impl Compute for Resize {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        let [ny, dy, nx, dx] = self.scale;
        for i in 0..y.shape[0] {
            let ([h0, h1], f) = neighbours(i, dy, self.offset[0], ny, x.shape[0]);
            for j in 0..y.shape[1] {
                let ([w0, w1], g) = neighbours(j, dx, self.offset[1], nx, x.shape[1]);
                let (ny, nx) = (ny as i32, nx as i32);
                for c in 0..y.shape[2] {
                    let x = |h, w| x.data[x.at(&[h, w, c])];
                    let at = y.at(&[i, j, c]);
                    y.data[at] = match self.mode {
                        ResizeMode::Nearest => {
                            x(if 2 * f >= ny { h1 } else { h0 }, if 2 * g >= nx { w1 } else { w0 })
                        }
                        ResizeMode::Bilinear => {
                            x(h0, w0) * ((ny - f) * (nx - g))
                                + x(h0, w1) * ((ny - f) * g)
                                + x(h1, w0) * (f * (nx - g))
                                + x(h1, w1) * (f * g)
                        }
                    };
                }
            }
        }
    }
}

/// The two elements around result position `i`, and how many n-ths it lies beyond the first.
fn neighbours(i: usize, d: u32, offset: i32, n: u32, size: usize) -> ([usize; 2], i32) {
    let (p, n) = (i as i64 * i64::from(d) + i64::from(offset), i64::from(n));
    let inside = |h: i64| h.clamp(0, size as i64 - 1) as usize;
    let h = p.div_euclid(n);
    ([inside(h), inside(h + 1)], p.rem_euclid(n) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::tensor::result;

    /// The answers that the ONNX standard's page gives for [[1, 2], [3, 4]] at twice the size (half pixels) and
    /// with corners aligned, times 16 and 9; and a row of 4 shrunk to 2.
    #[test]
    fn onnx_examples() {
        let half = [16, 20, 28, 32, 24, 28, 36, 40, 40, 44, 52, 56, 48, 52, 60, 64];
        let corners = [9, 12, 15, 18, 15, 18, 21, 24, 21, 24, 27, 30, 27, 30, 33, 36];
        let nearest = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
        let x = Wide::of(&[2, 2, 1], &[1, 2, 3, 4]);
        for (mode, scale, offset, border, wanted) in [
            (ResizeMode::Bilinear, [4, 2, 4, 2], -1, 1, half),
            (ResizeMode::Bilinear, [3, 1, 3, 1], 0, 0, corners),
            (ResizeMode::Nearest, [4, 2, 4, 2], -1, 1, nearest),
        ] {
            let op = Resize { mode, scale, offset: [offset; 2], border: [border; 2] };
            assert_eq!(result(&op, &[&x], &[], &[4, 4, 1]), wanted, "{op:?}");
        }
        let (scale, offset, border) = ([1, 1, 2, 4], [0, 1], [0, -1]);
        let op = Resize { mode: ResizeMode::Bilinear, scale, offset, border };
        assert_eq!(result(&op, &[&Wide::of(&[1, 4, 1], &[1, 2, 3, 4])], &[], &[1, 2, 1]), [3, 7]);
    }
}
