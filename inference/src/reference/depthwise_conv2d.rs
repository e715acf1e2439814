use super::tensor::{Wide, tap};
use isocortex_model::ops::DepthwiseConv2d;

/// `y[i,j,c] = bias[c] + Σ weight[u,v,c] · (x[…, …, c] − zp)`.
pub fn run(op: &DepthwiseConv2d, x: &Wide, weight: &Wide, bias: &Wide, y: &mut Wide) {
    for i in 0..y.shape[0] {
        for j in 0..y.shape[1] {
            for c in 0..y.shape[2] {
                let mut sum = bias.data[c];
                for u in 0..weight.shape[0] {
                    let Some(row) = tap(i, op.stride[0], u, op.dilation[0], op.pads[0], x.shape[0]) else {
                        continue;
                    };
                    for v in 0..weight.shape[1] {
                        let Some(col) = tap(j, op.stride[1], v, op.dilation[1], op.pads[1], x.shape[1])
                        else {
                            continue;
                        };
                        sum += weight.data[weight.at(&[u, v, c])]
                            * (x.data[x.at(&[row, col, c])] - op.zero_point);
                    }
                }
                let at = y.at(&[i, j, c]);
                y.data[at] = sum;
            }
        }
    }
}
