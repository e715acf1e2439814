use super::tensor::{Wide, tap};
use isocortex_model::ops::Conv2d;

/// `y[i,j,o] = bias[o] + Σ weight[o,u,v,c] · (x[…, …, c] − zp)`.
pub fn run(op: &Conv2d, x: &Wide, weight: &Wide, bias: &Wide, y: &mut Wide) {
    let (kh, kw, channels) = (weight.shape[1], weight.shape[2], weight.shape[3]);
    for i in 0..y.shape[0] {
        for j in 0..y.shape[1] {
            for o in 0..y.shape[2] {
                let mut sum = bias.data[o];
                for u in 0..kh {
                    let Some(row) = tap(i, op.stride[0], u, op.dilation[0], op.pads[0], x.shape[0]) else {
                        continue;
                    };
                    for v in 0..kw {
                        let Some(col) = tap(j, op.stride[1], v, op.dilation[1], op.pads[1], x.shape[1])
                        else {
                            continue;
                        };
                        for c in 0..channels {
                            sum += weight.data[weight.at(&[o, u, v, c])]
                                * (x.data[x.at(&[row, col, c])] - op.zero_point);
                        }
                    }
                }
                let at = y.at(&[i, j, o]);
                y.data[at] = sum;
            }
        }
    }
}
