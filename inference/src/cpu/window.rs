//! Sliding windows over an image `[H, W, C]`.

use isocortex_model::ops::Window;
use std::ops::Range;

/// Sizes of a windowed op, along height and width.
#[derive(Clone, Copy)]
pub(super) struct Geometry {
    pub size: [usize; 2],
    pub out: [usize; 2],
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub dilation: [usize; 2],
    /// Top and left.
    pub before: [usize; 2],
    /// Bottom and right.
    pub after: [usize; 2],
    pub channels: usize,
}

impl Geometry {
    /// From the operand's shape `[H, W, C]` and the result's.
    pub fn new(x: &[u32], y: &[u32], window: Window) -> Self {
        let pair = |v: &[u32]| [v[0] as usize, v[1] as usize];
        Self {
            size: pair(x),
            out: pair(y),
            kernel: pair(&window.kernel),
            stride: pair(&window.stride),
            dilation: pair(&window.dilation),
            before: pair(&window.pads),
            after: pair(&window.pads[2..]),
            channels: x[2] as usize,
        }
    }

    /// The taps of the window at `out` that lie inside the operand, along one axis: 0 height, 1 width.
    #[inline(always)]
    pub fn taps(&self, axis: usize, out: usize) -> Range<usize> {
        let dilation = self.dilation[axis];
        let start = out * self.stride[axis]; // of the window, counted from the edge of the padding
        let first = self.before[axis].saturating_sub(start).div_ceil(dilation);
        let end = (self.before[axis] + self.size[axis]).saturating_sub(start).div_ceil(dilation);
        let end = end.min(self.kernel[axis]);
        first.min(end)..end
    }

    /// Position in the operand of a tap that [`taps`](Self::taps) names.
    #[inline(always)]
    pub fn position(&self, axis: usize, out: usize, tap: usize) -> usize {
        out * self.stride[axis] + tap * self.dilation[axis] - self.before[axis]
    }

    /// Elements of the operand.
    pub fn elements(&self) -> usize {
        self.size[0] * self.size[1] * self.channels
    }

    /// Positions of the result.
    pub fn positions(&self) -> usize {
        self.out[0] * self.out[1]
    }
}
