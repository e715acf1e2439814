//! A model as launches over two blocks of a device's memory: one of constants, one of values.

mod build;

use crate::{Device, Error, Products, lower::Work, plan::Layout};
use std::{
    ops::Range,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Runs in one go, at most.
const BATCH: usize = 256;
/// What a run may take however small it is, in seconds: a card that somebody else keeps busy is not lost.
const PATIENCE: u64 = 10;
/// Multiply-accumulates and elements a second below which a device counts as lost.
const SLOWEST: u64 = 1_000_000_000;

/// What a model becomes; the same for the same model, so that its constants can be made again.
pub(crate) struct Program {
    pub launches: Vec<Planned>,
    pub groups: Vec<Computed>,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
    pub items: Vec<Item>,
    /// Bytes of the block of constants, at least one.
    pub constants: usize,
    /// Largest batch that kernels can count, a power of two.
    pub largest: usize,
    /// For each power of two.
    layouts: [OnceLock<Arc<Layout>>; BATCH.ilog2() as usize + 1],
    /// Multiply-accumulates and elements of a run.
    work: u64,
}

/// A group of nodes, computed together.
pub(crate) struct Computed {
    /// The last of them, whose value comes out.
    pub node: usize,
    /// Where that lies.
    pub item: usize,
    /// Which launches compute it; none where it lies where its operand does.
    pub launches: Range<usize>,
}

/// A launch and what its pointers are.
pub(crate) struct Planned {
    pub work: Work,
    pub places: Vec<Place>,
    /// Which place holds its weights, and where in the block of constants the same lie in tiles, for the forms that
    /// read these.
    pub tiles: Option<(usize, Range<usize>)>,
}

#[derive(Clone)]
pub(crate) enum Place {
    /// These bytes of the block of constants.
    Constant(Range<usize>),
    /// The item of this number.
    Item(usize),
}

/// Something in the block of values: an input, a result, or scratch.
pub(crate) struct Item {
    /// Of one run.
    pub bytes: usize,
    /// The first and the last step that need it: 0 copies the inputs, `i + 1` is launch `i`, and the one after
    /// the last launch copies the outputs.
    pub life: Option<(usize, usize)>,
}

/// A constant and where it belongs.
pub(crate) type Constant = (Range<usize>, Vec<u8>);

impl Program {
    /// Refuses a device that lacks one of the kernels.
    ///
    /// # Errors
    /// [`Error::NoKernel`].
    pub fn runs_on(&self, device: &impl Device) -> Result<(), Error> {
        let mut kernels = self.launches.iter().map(|launch| launch.work.kernel.small());
        kernels
            .find(|&kernel| !device.has(kernel))
            .map_or(Ok(()), |kernel| Err(Error::NoKernel(kernel.to_string())))
    }

    /// Bytes of an item in one run.
    pub fn bytes(&self, item: usize) -> Result<usize, Error> {
        self.items.get(item).map(|item| item.bytes).ok_or_else(|| Error::layout("a missing value"))
    }

    /// Whether every launch for a batch can be counted.
    fn counts(&self, batch: usize) -> Result<(), Error> {
        self.launches.iter().try_for_each(|launch| launch.work.at(batch as u64, Products::Small).map(|_| ()))
    }

    /// Where items lie for a batch whose size is a power of two.
    pub fn layout(&self, batch: usize) -> Arc<Layout> {
        let make = || Arc::new(Layout::new(&self.items, batch));
        self.layouts
            .get(batch.ilog2() as usize)
            .map_or_else(make, |known| Arc::clone(known.get_or_init(make)))
    }

    /// How long a batch may take on a device that is well.
    pub fn limit(&self, batch: usize) -> Duration {
        Duration::from_secs(PATIENCE + self.work.saturating_mul(batch as u64) / SLOWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuse;
    use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, TensorType, ops};

    #[test]
    fn a_chain_needs_two_places_and_an_unread_input_none() {
        let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
        let port = |name: &str| Port { name: name.into(), ty: TensorType::new(DType::I8, &[3, 111]), quant };
        let clamp = |x| Node { operands: vec![x], op: Op::Clamp(ops::Clamp { lo: -9, hi: 9 }) };
        let reshape = Node { operands: vec![3], op: Op::Reshape(ops::Reshape { shape: vec![333] }) };
        let artifact = Artifact::build(
            vec![port("x"), port("unread")],
            vec![],
            vec![clamp(0), clamp(2), reshape, clamp(4)],
            vec![Output { name: "y".into(), value: 5, quant }],
            Default::default(),
        );
        let model = Model::check(&artifact).unwrap();
        let (program, constants) =
            Program::new(&model, &fuse::single(&model), Products::Small, None).unwrap();
        assert!(constants.is_empty());
        let lives: Vec<_> = program.items.iter().map(|item| item.life).collect();
        // Both inputs, then one for each launch: step 0 copies the first input, step 4 the output.
        assert_eq!(lives, [Some((0, 1)), None, Some((1, 2)), Some((2, 3)), Some((3, 4))]);
        assert_eq!(program.layout(1).bytes, 2 * 512);
        assert_eq!(program.layout(4).bytes, 2 * 1536);
        assert_eq!(program.largest, 256);
        // The shape's place is its operand's.
        assert_eq!((program.groups[2].item, program.groups[2].launches.len()), (program.groups[1].item, 0));
    }
}
