//! A model as launches over two blocks of a device's memory: one of constants, one of values.

use crate::{
    ALIGNMENT, Device, Error, Kernel, Products,
    fuse::Group,
    lower::{Argument, Step, Work, lower},
    pack,
    plan::Layout,
};
use isocortex_model::Model;
use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Elements of one value in one launch: kernels count in 32 bits.
const ELEMENTS: u64 = 1 << 30;
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
    /// The launches for these groups, which are all nodes, and what the block of constants holds, on a device with
    /// these forms of products. Products for which a form is preferred keep it, where the device has it.
    ///
    /// # Errors
    /// [`Error::NoKernel`]; [`Error::Layout`] where one run is more than kernels can count.
    pub fn new(
        model: &Model,
        groups: &[Group],
        products: Products,
        preferred: Option<Kernel>,
    ) -> Result<(Self, Vec<Constant>), Error> {
        let (header, cost) = (model.header(), model.cost());
        let mut program = Self {
            launches: vec![],
            groups: vec![],
            inputs: vec![],
            outputs: vec![],
            items: vec![],
            constants: 1,
            largest: 1,
            layouts: Default::default(),
            work: cost.macs.saturating_add(cost.elements),
        };
        let (mut values, mut constants) = (vec![], vec![]);
        let bytes = |value: usize| {
            let ty =
                model.values().get(value).map(|v| &v.ty).ok_or_else(|| Error::layout("a missing value"))?;
            usize::try_from(ty.bytes()).map_err(|_| Error::layout("a value"))
        };
        for value in 0..header.inputs.len() {
            let item = program.item(bytes(value)?);
            values.push(Some(item));
            program.inputs.push(item);
        }
        for group in groups {
            let first = program.launches.len();
            let operands = group.operands.iter().map(|&v| values.get(v as usize).copied().flatten());
            let operands = operands.collect::<Option<Vec<_>>>().ok_or_else(|| Error::layout("an operand"))?;
            let value = header.inputs.len().saturating_add(group.last);
            let item = match lower(model, group)? {
                Step::Alias => {
                    let item = *operands.first().ok_or_else(|| Error::layout("a node without operands"))?;
                    program.touch(item, first);
                    item
                }
                Step::Launches(works) => {
                    let (item, mut scratch) = (program.item(bytes(value)?), BTreeMap::new());
                    for mut work in works {
                        let other = preferred.filter(|form| form.small() == work.kernel);
                        work.kernel = other.unwrap_or(work.kernel);
                        program.launch(work, &operands, item, &mut scratch, &mut constants, products)?;
                    }
                    item
                }
            };
            // Nobody reads what lies within a group.
            values.resize(value, None);
            values.push(Some(item));
            let launches = first..program.launches.len();
            program.groups.push(Computed { node: group.last, item, launches });
        }
        let end = program.launches.len() + 1;
        for output in &header.outputs {
            let item = values.get(output.value as usize).copied().flatten();
            let item = item.ok_or_else(|| Error::layout("a missing output"))?;
            program.outputs.push(item);
            program.touch(item, end);
        }
        for input in program.inputs.clone() {
            // One that nothing reads is not copied.
            if program.items.get(input).is_some_and(|item| item.life.is_some()) {
                program.touch(input, 0);
            }
        }
        program.counts(1)?;
        let widest = model.values().iter().map(|v| v.ty.elements()).max().unwrap_or(1).max(1);
        let counted = |batch: &usize| *batch as u64 * widest <= ELEMENTS && program.counts(*batch).is_ok();
        program.largest = std::iter::successors(Some(2), |b| Some(b * 2))
            .take_while(|b| *b <= BATCH && counted(b))
            .last()
            .unwrap_or(1);
        Ok((program, constants))
    }

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

    fn item(&mut self, bytes: usize) -> usize {
        self.items.push(Item { bytes: bytes.max(1), life: None });
        self.items.len() - 1
    }

    fn touch(&mut self, item: usize, step: usize) {
        if let Some(item) = self.items.get_mut(item) {
            let (first, last) = item.life.unwrap_or((step, step));
            item.life = Some((first.min(step), last.max(step)));
        }
    }

    fn launch(
        &mut self,
        mut work: Work,
        operands: &[usize],
        result: usize,
        scratch: &mut BTreeMap<usize, usize>,
        constants: &mut Vec<Constant>,
        products: Products,
    ) -> Result<(), Error> {
        let (mut places, mut tiles) = (vec![], None);
        // Whether the smallest batch reads its weights in tiles, and so all do, and whether the largest does.
        let [all, some] = [1, BATCH as u64].map(|batch| work.form(batch, products).reads_tiles());
        for argument in std::mem::take(&mut work.memory) {
            let item = match argument {
                Argument::Constant(bytes) => {
                    // The weights are the first constant.
                    if some && tiles.is_none() {
                        let range = self.keep(pack::tiles(&bytes, work.row(bytes.len())), constants);
                        tiles = Some((places.len(), range.clone()));
                        if all {
                            places.push(Place::Constant(range));
                            continue;
                        }
                    }
                    places.push(Place::Constant(self.keep(bytes, constants)));
                    continue;
                }
                Argument::Operand(i) => *operands.get(i).ok_or_else(|| Error::layout(work.kernel))?,
                Argument::Scratch { slot, bytes } => {
                    let bytes = usize::try_from(bytes).map_err(|_| Error::layout("scratch"))?;
                    *scratch.entry(slot).or_insert_with(|| self.item(bytes))
                }
                Argument::Result => result,
            };
            self.touch(item, self.launches.len() + 1);
            places.push(Place::Item(item));
        }
        self.launches.push(Planned { work, places, tiles });
        Ok(())
    }

    /// A place for a constant.
    fn keep(&mut self, bytes: Vec<u8>, constants: &mut Vec<Constant>) -> Range<usize> {
        let from = self.constants.next_multiple_of(ALIGNMENT);
        let range = from..from.saturating_add(bytes.len().max(1));
        self.constants = range.end;
        constants.push((range.clone(), bytes));
        range
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
    use isocortex_model::{Artifact, DType, Node, Op, Output, Port, Quant, TensorType, ops};

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
