//! Convolutions: dense, depthwise, and factors for each channel of something that is no image.

use super::{Builder, dim, weights::quantised};
use crate::{
    error::ConvertError,
    graph::{Conv, Node, permute},
};
use isocortex_model::{Op, Tensor, ops};

impl Builder<'_> {
    pub(super) fn conv(
        &mut self,
        node: &Node,
        conv: &Conv,
        mut x: u32,
        operand: usize,
    ) -> Result<u32, ConvertError> {
        let from = self.held(operand)?.affine;
        let o = conv.bias.len();
        let shape = self.graph.nodes.get(operand).map(|n| n.shape.clone()).unwrap_or_default();
        let image = shape.len() == 3;
        if !image {
            // A factor for each channel of something that is no image: one row of pixels.
            let pixels = shape.iter().product::<usize>() / o.max(1);
            x = self.reshape(x, &[1, pixels, o]);
        }
        let (kernel, taps) = (conv.kernel.map(dim), conv.weight.len() / o.max(1));
        let [kh, kw] = kernel;
        let (stride, dilation, pads) = (conv.stride.map(dim), conv.dilation.map(dim), conv.pads.map(dim));
        let zero_point = from.zero_point;
        let scales;
        let sum = if conv.depthwise {
            // Channels are innermost: quantised by channel, stored as [KH, KW, C].
            let by_channel = permute(&conv.weight, &[taps, o], &[1, 0]);
            let rows = quantised(by_channel.chunks_exact(taps.max(1)), &conv.bias, from.scale);
            let stored = permute(&rows.weight, &[o, taps], &[1, 0]);
            let weight = self.constant(Tensor::i8(&[kh, kw, dim(o)], stored));
            let bias = self.constant(Tensor::i32(&[dim(o)], rows.bias));
            scales = rows.scales;
            let op = ops::DepthwiseConv2d { weight, bias, zero_point, stride, dilation, pads };
            self.emit(&[x], Op::DepthwiseConv2d(op))
        } else {
            let rows = quantised(conv.weight.chunks_exact(taps.max(1)), &conv.bias, from.scale);
            let c = taps / (conv.kernel[0] * conv.kernel[1]).max(1);
            let weight = self.constant(Tensor::i8(&[dim(o), kh, kw, dim(c)], rows.weight));
            let bias = self.constant(Tensor::i32(&[dim(o)], rows.bias));
            scales = rows.scales;
            let op = ops::Conv2d { weight, bias, zero_point, stride, dilation, pads, groups: 1 };
            self.emit(&[x], Op::Conv2d(op))
        };
        let y = self.rescale(node, sum, &scales)?;
        Ok(if image { y } else { self.reshape(y, &node.shape) })
    }
}
