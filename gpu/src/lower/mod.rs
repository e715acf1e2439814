//! From a node of the graph to launches: which kernel, which memory, which numbers. One file a family of ops,
//! as SPEC.md groups them.

mod broadcast;
mod copy;
mod elementwise;
mod linear;
mod linear_wide;
mod movement;
mod numbers;
mod parts;
mod pools;
mod reductions;
mod rescaling;
mod rows;
mod sequences;
mod top_k;
mod trees;

use crate::{Error, Kernel, Products, THREADS, fuse::Group, tail::Tail};
use elementwise::{Binary, Unary};
use isocortex_model::{Model, Node, Op, Tensor, TensorType};
pub(crate) use numbers::code;
use numbers::int;

/// Elements that a thread of [`Grid::Groups`] computes.
const GROUP: u64 = 4;

/// Threads of a warp.
const WARP: u64 = 32;

/// Side of the tile of most products with tiles.
const TILE: u64 = 64;

/// What a node becomes.
pub(crate) enum Step {
    /// The operand's memory under another shape.
    Alias,
    /// Launches, one after the other.
    Launches(Vec<Work>),
}

/// A launch, but for addresses and the size of the batch.
pub(crate) struct Work {
    pub kernel: Kernel,
    /// The pointer arguments in the kernel's order.
    pub memory: Vec<Argument>,
    pub grid: Grid,
    /// The struct after its first word, which is what [`Grid`] counts, over the batch.
    pub ints: Vec<i32>,
    /// How many times as many blocks compute it, each a part of every sum.
    pub parts: u64,
}

/// Where a pointer argument comes from.
pub(crate) enum Argument {
    /// The value of the node's operand of this number.
    Operand(usize),
    /// Bytes that are the same for every run.
    Constant(Vec<u8>),
    /// Memory that lives from one launch of the node to another; `bytes` for one run.
    Scratch { slot: usize, bytes: u64 },
    /// The node's value.
    Result,
}

/// How many blocks; the numbers are for one run of the batch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grid {
    /// One thread an element.
    Threads(u64),
    /// One thread for [`GROUP`] neighbouring elements.
    Groups(u64),
    /// One warp a row.
    Warps(u64),
    /// One block a row.
    Blocks(u64),
    /// One block a tile of a matrix.
    Tiles { rows: u64, columns: u64 },
}

impl Work {
    /// A launch in one part.
    pub fn new(kernel: Kernel, memory: Vec<Argument>, grid: Grid, ints: Vec<i32>) -> Self {
        Self { kernel, memory, grid, ints, parts: 1 }
    }

    /// The form of its kernel for a batch.
    pub fn form(&self, batch: u64, products: Products) -> Kernel {
        // Sums in parts are those of few results, for which small tiles are.
        let products = if self.parts > 1 { products.min(Products::Rows) } else { products };
        match self.grid {
            Grid::Tiles { rows, columns } => self.kernel.form(rows.saturating_mul(batch), columns, products),
            _ => self.kernel,
        }
    }

    /// Bytes of a row of its weights, of which there are so many altogether.
    pub fn row(&self, bytes: usize) -> usize {
        let Grid::Tiles { columns, .. } = self.grid else { return bytes };
        bytes / usize::try_from(columns).unwrap_or(usize::MAX).max(1)
    }

    /// Kernel, blocks and struct for a batch.
    pub fn at(&self, batch: u64, products: Products) -> Result<(Kernel, u32, Vec<i32>), Error> {
        let (Grid::Threads(count)
        | Grid::Groups(count)
        | Grid::Warps(count)
        | Grid::Blocks(count)
        | Grid::Tiles { rows: count, .. }) = self.grid;
        let count = count.saturating_mul(batch);
        let all = count.saturating_mul(self.parts);
        let kernel = self.form(batch, products);
        let blocks = match self.grid {
            Grid::Threads(_) => all.div_ceil(THREADS.into()),
            Grid::Groups(_) => all.div_ceil(u64::from(THREADS) * GROUP),
            Grid::Warps(_) => all.div_ceil(u64::from(THREADS) / WARP),
            Grid::Blocks(_) => all,
            Grid::Tiles { columns, .. } => kernel.tiles(count, columns).saturating_mul(self.parts),
        };
        let blocks = u32::try_from(blocks).map_err(|_| Error::layout("a grid"))?;
        let mut ints = vec![int(count)?];
        ints.extend(&self.ints);
        Ok((kernel, blocks, ints))
    }
}

/// A node and what it stands among.
pub(crate) struct Site<'a> {
    model: &'a Model,
    node: &'a Node,
    /// Type of the node's value.
    pub y: &'a TensorType,
    /// What its kernel does behind it; nothing for all but linear ops.
    tail: Tail,
}

impl<'a> Site<'a> {
    /// Node number `index`, with this behind it.
    pub fn new(model: &'a Model, index: usize, tail: Tail) -> Result<Self, Error> {
        let header = model.header();
        let node = header.nodes.get(index).ok_or_else(|| Error::layout("a missing node"))?;
        let y = model.values().get(header.inputs.len() + index);
        Ok(Self { model, node, y: &y.ok_or_else(|| Error::layout("a missing value"))?.ty, tail })
    }

    /// Type of operand number `i`.
    pub fn x(&self, i: usize) -> Result<&'a TensorType, Error> {
        let value = self.node.operands.get(i).and_then(|&v| self.model.values().get(v as usize));
        value.map(|v| &v.ty).ok_or_else(|| Error::layout("a missing operand"))
    }

    /// How many operands there are.
    pub fn operands(&self) -> usize {
        self.node.operands.len()
    }

    /// Constant number `index`.
    pub fn constant(&self, index: u32) -> Result<&'a Tensor, Error> {
        self.model.constants().get(index as usize).ok_or_else(|| Error::layout("a missing constant"))
    }

    /// One thread an element of the result; the pointers are the operands, `constants`, and the result.
    pub fn elements(&self, kernel: Kernel, constants: Vec<Vec<u8>>, ints: Vec<i32>) -> Work {
        self.work(kernel, constants, Grid::Threads(self.y.elements()), ints)
    }

    /// As `elements`, with one thread for [`GROUP`] of them.
    pub fn groups(&self, kernel: Kernel, constants: Vec<Vec<u8>>, ints: Vec<i32>) -> Work {
        self.work(kernel, constants, Grid::Groups(self.y.elements()), ints)
    }

    /// The pointers are the operands, `constants`, and the result.
    pub fn work(&self, kernel: Kernel, constants: Vec<Vec<u8>>, grid: Grid, ints: Vec<i32>) -> Work {
        let operands = (0..self.node.operands.len()).map(Argument::Operand);
        let memory = operands.chain(constants.into_iter().map(Argument::Constant)).chain([Argument::Result]);
        Work::new(kernel, memory.collect(), grid, ints)
    }
}

/// The step for a group.
pub(crate) fn lower(model: &Model, group: &Group) -> Result<Step, Error> {
    let site = &Site::new(model, group.first, group.tail.clone())?;
    let launches = match &site.node.op {
        Op::Reshape(_) => return Ok(Step::Alias),
        Op::Conv2d(op) => linear::conv2d(site, op),
        Op::DepthwiseConv2d(op) => linear::depthwise_conv2d(site, op),
        Op::ConvTranspose2d(op) => linear_wide::conv_transpose2d(site, op),
        Op::MatMul(op) => linear::mat_mul(site, op),
        Op::BatchMatMul(op) => linear_wide::batch_mat_mul(site, op),
        Op::Rescale(op) => rescaling::rescale(site, op),
        Op::RescaleF24(op) => rescaling::rescale_f24(site, op),
        Op::RescaleRow(op) => rescaling::rescale_row(site, op),
        Op::AbsMaxRow(_) => rows::typed(site, Kernel::AbsMaxRow),
        Op::DynQuantRow(_) => rows::typed(site, Kernel::DynQuantRow),
        Op::AddScaled(op) => elementwise::add_scaled(site, op),
        Op::AddF24(op) => elementwise::add_f24(site, op),
        Op::Add(_) => elementwise::binary(site, Binary::Add),
        Op::Sub(_) => elementwise::binary(site, Binary::Sub),
        Op::Mul(_) => elementwise::binary(site, Binary::Mul),
        Op::Max(_) => elementwise::binary(site, Binary::Max),
        Op::Min(_) => elementwise::binary(site, Binary::Min),
        Op::Compare(op) => elementwise::binary(site, op.relation.into()),
        Op::MulRescale(op) => elementwise::mul_rescale(site, op),
        Op::Select(_) => elementwise::select(site),
        Op::Neg(_) => elementwise::unary(site, Unary::Neg),
        Op::Abs(_) => elementwise::unary(site, Unary::Abs),
        Op::Shift(op) => elementwise::unary(site, Unary::of(op)),
        Op::Clamp(op) => elementwise::clamp(site, op),
        Op::Table8(op) => elementwise::table8(site, op),
        Op::Table16(op) => elementwise::table16(site, op),
        Op::Softmax15(op) => rows::softmax15(site, op),
        Op::LayerNorm(op) => rows::layer_norm(site, op),
        Op::RmsNorm(op) => rows::rms_norm(site, op),
        Op::L2Norm(op) => rows::l2_norm(site, op),
        Op::MaxPool(op) => pools::max_pool(site, op),
        Op::AvgPool(op) => pools::avg_pool(site, op),
        Op::AvgPoolF24(op) => pools::avg_pool_f24(site, op),
        Op::CumSum(op) => reductions::cum_sum(site, op),
        Op::TopK(op) => top_k::top_k(site, op),
        Op::TreeEnsemble(op) => trees::tree_ensemble(site, op),
        Op::ReduceSum(op) => reductions::reduce_sum(site, op),
        Op::ReduceMax(op) => reductions::reduce(site, reductions::MAX, &op.axes),
        Op::ReduceMin(op) => reductions::reduce(site, reductions::MIN, &op.axes),
        Op::ArgMax(op) => reductions::reduce(site, reductions::ARG_MAX, &[op.axis]),
        Op::Transpose(op) => movement::transpose(site, op),
        Op::Slice(op) => movement::slice(site, op),
        Op::Concat(op) => movement::concat(site, op),
        Op::Pad(op) => movement::pad(site, op),
        Op::Tile(op) => movement::tile(site, op),
        Op::Resize(op) => movement::resize(site, op),
        Op::Gather(_) => movement::gather(site),
        Op::Embed(op) => movement::embed(site, op),
        Op::ScatterRow(_) => movement::scatter_row(site),
        Op::Constant(op) => movement::constant(site, op),
        Op::Rope(op) => sequences::rope(site, op),
        Op::KvAppend(_) => sequences::kv_append(site),
        Op::CausalMask(op) => sequences::causal_mask(site, op),
    }?;
    Ok(Step::Launches(launches))
}
