use super::{Compute, Wide, tensor::tap};
use isocortex_model::ops::MaxPool;

/// `y` is the maximum over the positions of the window that lie inside `x`; there is at least one.
impl Compute for MaxPool {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        let x = x[0];
        for i in 0..y.shape[0] {
            for j in 0..y.shape[1] {
                for c in 0..y.shape[2] {
                    let mut max = i32::MIN;
                    for u in 0..self.kernel[0] as usize {
                        let Some(row) = tap(i, self.stride[0], u, 1, self.pads[0], x.shape[0]) else {
                            continue;
                        };
                        for v in 0..self.kernel[1] as usize {
                            let Some(col) = tap(j, self.stride[1], v, 1, self.pads[1], x.shape[1]) else {
                                continue;
                            };
                            max = max.max(x.data[x.at(&[row, col, c])]);
                        }
                    }
                    let at = y.at(&[i, j, c]);
                    y.data[at] = max;
                }
            }
        }
    }
}
