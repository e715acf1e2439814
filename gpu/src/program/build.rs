//! From a model's groups to its program.

use super::{BATCH, Computed, Constant, Item, Place, Planned, Program};
use crate::{
    ALIGNMENT, Error, Kernel, Products,
    fuse::Group,
    lower::{Argument, Step, Work, lower},
    pack,
};
use isocortex_model::Model;
use std::{collections::BTreeMap, iter::successors, ops::Range};

/// Elements of one value, or words of scratch, in one launch: kernels count in 32 bits.
const ELEMENTS: u64 = 1 << 30;

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
        let program = Self {
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
        let mut builder = Builder { program, constants: vec![], values: vec![], products, preferred };
        for value in 0..header.inputs.len() {
            let item = builder.value(model, value)?;
            builder.program.inputs.push(item);
        }
        for group in groups {
            builder.group(model, group)?;
        }
        builder.ends(model)?;
        builder.counts(model)?;
        Ok((builder.program, builder.constants))
    }
}

struct Builder {
    program: Program,
    constants: Vec<Constant>,
    /// Where each value lies, but for those within a group, which nobody reads.
    values: Vec<Option<usize>>,
    products: Products,
    preferred: Option<Kernel>,
}

impl Builder {
    /// The next value of the model that has a place of its own.
    fn value(&mut self, model: &Model, value: usize) -> Result<usize, Error> {
        let ty = model.values().get(value).map(|v| &v.ty).ok_or_else(|| Error::layout("a missing value"))?;
        let item = self.item(usize::try_from(ty.bytes()).map_err(|_| Error::layout("a value"))?);
        self.lies(value, item);
        Ok(item)
    }

    fn lies(&mut self, value: usize, item: usize) {
        self.values.resize(value, None);
        self.values.push(Some(item));
    }

    fn group(&mut self, model: &Model, group: &Group) -> Result<(), Error> {
        let first = self.program.launches.len();
        let operands = group.operands.iter().map(|&v| self.values.get(v as usize).copied().flatten());
        let operands = operands.collect::<Option<Vec<_>>>().ok_or_else(|| Error::layout("an operand"))?;
        let value = model.header().inputs.len().saturating_add(group.last);
        let item = match lower(model, group)? {
            Step::Alias => {
                let item = *operands.first().ok_or_else(|| Error::layout("a node without operands"))?;
                self.touch(item, first);
                self.lies(value, item);
                item
            }
            Step::Launches(works) => {
                let (item, mut scratch) = (self.value(model, value)?, BTreeMap::new());
                for mut work in works {
                    let other = self.preferred.filter(|form| form.small() == work.kernel);
                    work.kernel = other.unwrap_or(work.kernel);
                    self.launch(work, &operands, item, &mut scratch)?;
                }
                item
            }
        };
        let launches = first..self.program.launches.len();
        self.program.groups.push(Computed { node: group.last, item, launches });
        Ok(())
    }

    /// Inputs live from the first step, outputs to the last.
    fn ends(&mut self, model: &Model) -> Result<(), Error> {
        let end = self.program.launches.len() + 1;
        for output in &model.header().outputs {
            let item = self.values.get(output.value as usize).copied().flatten();
            let item = item.ok_or_else(|| Error::layout("a missing output"))?;
            self.program.outputs.push(item);
            self.touch(item, end);
        }
        for input in self.program.inputs.clone() {
            // One that nothing reads is not copied.
            if self.program.items.get(input).is_some_and(|item| item.life.is_some()) {
                self.touch(input, 0);
            }
        }
        Ok(())
    }

    /// How large a batch the kernels can count.
    fn counts(&mut self, model: &Model) -> Result<(), Error> {
        let program = &mut self.program;
        program.counts(1)?;
        let values = model.values().iter().map(|v| v.ty.elements());
        let words = program.items.iter().map(|item| item.bytes as u64 / 4);
        let widest = values.chain(words).max().unwrap_or(1).max(1);
        let counted = |batch: &usize| *batch as u64 * widest <= ELEMENTS && program.counts(*batch).is_ok();
        let batches = successors(Some(2), |b| Some(b * 2)).take_while(|b| *b <= BATCH && counted(b));
        program.largest = batches.last().unwrap_or(1);
        Ok(())
    }

    fn item(&mut self, bytes: usize) -> usize {
        self.program.items.push(Item { bytes: bytes.max(1), life: None });
        self.program.items.len() - 1
    }

    fn touch(&mut self, item: usize, step: usize) {
        if let Some(item) = self.program.items.get_mut(item) {
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
    ) -> Result<(), Error> {
        let (mut places, mut tiles) = (vec![], None);
        // Whether the smallest batch reads its weights in tiles, and so all do, and whether the largest does.
        let [all, some] = [1, BATCH as u64].map(|batch| work.form(batch, self.products).reads_tiles());
        for argument in std::mem::take(&mut work.memory) {
            let item = match argument {
                Argument::Constant(bytes) => {
                    // The weights are the first constant.
                    if some && tiles.is_none() {
                        let range = self.keep(pack::tiles(&bytes, work.row(bytes.len())));
                        tiles = Some((places.len(), range.clone()));
                        if all {
                            places.push(Place::Constant(range));
                            continue;
                        }
                    }
                    places.push(Place::Constant(self.keep(bytes)));
                    continue;
                }
                Argument::Operand(i) => *operands.get(i).ok_or_else(|| Error::layout(work.kernel))?,
                Argument::Scratch { slot, bytes } => {
                    let bytes = usize::try_from(bytes).map_err(|_| Error::layout("scratch"))?;
                    *scratch.entry(slot).or_insert_with(|| self.item(bytes))
                }
                Argument::Result => result,
            };
            self.touch(item, self.program.launches.len() + 1);
            places.push(Place::Item(item));
        }
        self.program.launches.push(Planned { work, places, tiles });
        Ok(())
    }

    /// A place for a constant.
    fn keep(&mut self, bytes: Vec<u8>) -> Range<usize> {
        let from = self.program.constants.next_multiple_of(ALIGNMENT);
        let range = from..from.saturating_add(bytes.len().max(1));
        self.program.constants = range.end;
        self.constants.push((range.clone(), bytes));
        range
    }
}
