//! Products of wider or other operands than `linear.rs` has: i16, groups, two values, transposed convolution.

use super::{
    Grid, Site, TILE, Work, linear,
    numbers::{dims, geometry, int},
    parts::{BYTES, parts},
};
use crate::{Error, Kernel, pack};
use isocortex_model::{
    DType, Tensor, TensorType,
    ops::{self, Window},
};

/// What an i16 is beyond its two limbs (`limbs.cuh`).
const LIMB_OFFSET: i32 = 128;

/// MatMul of i16: a convolution over an image of one row.
pub(super) fn mat_mul(site: &Site<'_>, op: &ops::MatMul) -> Result<Vec<Work>, Error> {
    let weight = site.constant(op.weight)?;
    let [n, k] = dims(&weight.shape)?;
    let rows = u32::try_from(site.y.elements() / u64::from(n).max(1)).map_err(|_| Error::layout("rows"))?;
    let x = TensorType::new(DType::I16, &[1, rows, k]);
    let y = TensorType::new(DType::I32, &[1, rows, n]);
    let window = Window { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pads: [0; 4] };
    convolution(site, [&x, &y], window, weight, op.bias, op.zero_point, 1)
}

/// Conv2d of i16, or of groups.
pub(super) fn conv2d(site: &Site<'_>, op: &ops::Conv2d) -> Result<Vec<Work>, Error> {
    let (x, weight) = (site.x(0)?, site.constant(op.weight)?);
    let [o, kh, kw, c] = dims(&weight.shape)?;
    if c == 1 && o == op.groups {
        // Each channel by itself: [O, KH, KW, 1] turned to [KH, KW, O].
        let taps = (kh as usize * kw as usize).max(1);
        let turned = (0..taps).flat_map(|tap| weight.as_i8().iter().skip(tap).step_by(taps));
        let turned = turned.map(|&w| w as u8).collect();
        return linear::depthwise(site, turned, op.bias, op.window([kh, kw]), op.zero_point);
    }
    convolution(site, [x, site.y], op.window([kh, kw]), weight, op.bias, op.zero_point, op.groups)
}

fn convolution(
    site: &Site<'_>,
    [x, y]: [&TensorType; 2],
    window: Window,
    weight: &Tensor,
    bias: u32,
    zero_point: i32,
    groups: u32,
) -> Result<Vec<Work>, Error> {
    let (kernel, offset) = match x.dtype {
        DType::I8 => (Kernel::Conv2dGrouped, 0),
        _ => (Kernel::Conv2dWide, LIMB_OFFSET),
    };
    let o = y.channels();
    let k = weight.as_i8().len() / (o as usize).max(1);
    let (rows, ldw) = pack::rows(weight.as_i8(), k);
    let bias = pack::folded_bias(site.constant(bias)?.as_i32(), weight.as_i8(), k, zero_point - offset);
    let mut ints = vec![int(o)?, int(ldw as u64)?];
    ints.extend(geometry(x, y, window, true)?);
    ints.extend([zero_point, int(groups)?]);
    let columns = u64::from(groups) * u64::from(o / groups.max(1)).next_multiple_of(TILE);
    let positions = y.elements() / u64::from(o).max(1);
    let parts = parts(y.elements(), kernel.tiles(positions, columns), ldw as u64, BYTES);
    let grid = Grid::Tiles { rows: positions, columns };
    site.sum(kernel, vec![rows], Some(bias), grid, ints, parts)
}

pub(super) fn conv_transpose2d(site: &Site<'_>, op: &ops::ConvTranspose2d) -> Result<Vec<Work>, Error> {
    let (x, weight) = (site.x(0)?, site.constant(op.weight)?);
    let ([h, w, c], [oh, ow, o], [_, kh, kw, _]) =
        (dims(&x.shape)?, dims(&site.y.shape)?, dims(&weight.shape)?);
    let [sh, sw] = op.stride;
    let [top, left, ..] = op.pads;
    let sizes = [o, h, w, c, oh, ow, kh, kw, sh, sw, op.dilation[0], op.dilation[1]];
    let mut ints = sizes.into_iter().map(int).collect::<Result<Vec<_>, _>>()?;
    ints.extend([top, left, op.zero_point]);
    let phases = u64::from(sh.min(oh)) * u64::from(sw.min(ow));
    let grid = Grid::Tiles {
        rows: u64::from(oh.div_ceil(sh)) * u64::from(ow.div_ceil(sw)),
        columns: phases * u64::from(o).next_multiple_of(TILE),
    };
    let kernel = if x.dtype == DType::I8 { Kernel::ConvTranspose2d } else { Kernel::ConvTranspose2dWide };
    let constants = vec![pack::bytes(weight), pack::bytes(site.constant(op.bias)?)];
    Ok(vec![site.work(kernel, constants, grid, ints)])
}

pub(super) fn batch_mat_mul(site: &Site<'_>, op: &ops::BatchMatMul) -> Result<Vec<Work>, Error> {
    let (a, b) = (site.x(0)?, site.x(1)?);
    let [.., m, n] = site.y.shape[..] else { return Err(Error::layout("a matrix")) };
    let kernel = match (a.dtype, b.dtype) {
        (DType::I8, DType::I8) => Kernel::BatchMatMul88,
        (DType::I8, _) => Kernel::BatchMatMul816,
        (_, DType::I8) => Kernel::BatchMatMul168,
        _ => Kernel::BatchMatMul1616,
    };
    let [za, zb] = op.zero_points;
    let ints = vec![int(m)?, int(n)?, int(a.channels())?, za, zb, op.transposed.into()];
    let matrices = site.y.elements() / (u64::from(m) * u64::from(n)).max(1);
    let blocks = matrices * u64::from(m).div_ceil(TILE) * u64::from(n).div_ceil(TILE);
    let parts = parts(site.y.elements(), blocks, a.channels().into(), BYTES);
    // The kernel with a tail takes a bias too.
    let bias = kernel.takes_tail().then(|| vec![0; 4 * n as usize]);
    site.sum(kernel, vec![], bias, Grid::Blocks(blocks), ints, parts)
}
