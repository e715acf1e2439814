//! Pools.

use super::{super::draw::Draw, artifact, limits};
use isocortex_model::{Artifact, DType, Op, TensorType, ops};

pub(super) fn pool(draw: &mut Draw) -> Artifact {
    let dtype = draw.pick(&[DType::I8, DType::I16], DType::I8);
    let (x, kernel, stride, pads) = window(draw, dtype);
    let (zx, zy) = (limits(draw, dtype).0, limits(draw, dtype).1);
    let op = if draw.one_in(2) {
        Op::MaxPool(ops::MaxPool { kernel, stride, pads })
    } else {
        let count_padding = draw.one_in(2);
        Op::AvgPool(ops::AvgPool { kernel, stride, pads, zero_points: [zx, zy], count_padding })
    };
    artifact(vec![x], vec![], vec![op])
}

pub(super) fn avg_pool_f24(draw: &mut Draw) -> Artifact {
    let (x, kernel, stride, pads) = window(draw, DType::I8);
    let fraction = |draw: &mut Draw| draw.extreme(1 << 23, (1 << 24) - 1);
    // Mostly scales near each other, so that neither end of the clamp decides.
    let shift = draw.pick(&[0, 23, 31, 40, 62], 31u8);
    let near = [shift.saturating_sub(draw.pick(&[0, 1, 3, 40], 0)), shift];
    let (lo, hi) = limits(draw, DType::I8);
    let op = ops::AvgPoolF24 {
        kernel,
        stride,
        pads,
        count_padding: draw.one_in(2),
        operand_zero_point: limits(draw, DType::I8).0,
        multipliers: [fraction(draw), fraction(draw)],
        shifts: if draw.one_in(2) { near } else { [near[1], near[0]] },
        offset: draw.pick(&[0, 1, -128, 128, -32_768, 32_768], 0),
        zero_point: draw.pick(&[0, -128, 127, 5], 0),
        lo: lo.min(-100),
        hi: hi.max(100),
    };
    artifact(vec![x], vec![], vec![Op::AvgPoolF24(op)])
}

/// An image, and a window that fits it, sometimes so large that threads share it.
fn window(draw: &mut Draw, dtype: DType) -> (TensorType, [u32; 2], [u32; 2], [u32; 4]) {
    let (side, channels) = if draw.one_in(4) { (12, 4) } else { (4, 40) };
    let x = TensorType::new(dtype, &[draw.size(1, side + 3), draw.size(1, side + 3), draw.size(1, channels)]);
    let kernel = [draw.size(1, side), draw.size(1, side)];
    let mut pads = [0, 1, 2, 3].map(|at| draw.size(0, kernel[at % 2] - 1));
    pads[2] = pads[2].max(kernel[0].saturating_sub(x.shape[0] + pads[0]).min(kernel[0] - 1));
    pads[3] = pads[3].max(kernel[1].saturating_sub(x.shape[1] + pads[1]).min(kernel[1] - 1));
    (x, kernel, [draw.size(1, 3), draw.size(1, 3)], pads)
}
