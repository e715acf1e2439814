//! A model that has memory on the device: its constants, and lanes to run in.

use crate::{
    Device, Error, Launch, Part,
    plan::Layout,
    program::{Constant, Place, Planned, Program},
    residency::{Reservation, Residency},
};
use std::{
    ops::Range,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Constants and at least one lane of one run. Gives its memory back when the last run is over.
pub(crate) struct Resident<D: Device> {
    // Dropped in this order: memory before what counts it.
    idle: Mutex<Vec<Lane<D>>>,
    returned: Condvar,
    constants: D::Memory,
    program: Arc<Program>,
    residency: Arc<Residency<D>>,
    _reservation: Reservation<D>,
}

/// Memory for the values of a batch, and the launches recorded for it. One thread runs in it at a time.
pub(crate) struct Lane<D: Device> {
    pub runs: usize,
    sequence: D::Sequence,
    arena: D::Memory,
    layout: Arc<Layout>,
    _reservation: Option<Reservation<D>>,
}

impl<D: Device> Resident<D> {
    /// Takes memory, waiting for it where others have it, and copies the constants.
    ///
    /// # Errors
    /// [`Error::Memory`], or what the device says.
    pub fn new(
        residency: &Arc<Residency<D>>,
        program: &Arc<Program>,
        constants: Vec<Constant>,
    ) -> Result<Self, Error> {
        let layout = program.layout(1);
        let reservation = residency.reserve(program.constants as u64 + layout.bytes as u64)?;
        let memory = residency.alloc(program.constants)?;
        for (range, bytes) in constants {
            residency.device.upload(part(&memory, &range), &bytes)?;
        }
        let this = Self {
            idle: Mutex::default(),
            returned: Condvar::new(),
            constants: memory,
            program: Arc::clone(program),
            residency: Arc::clone(residency),
            _reservation: reservation,
        };
        let lane = this.lane(1, None)?;
        this.lock().push(lane);
        Ok(this)
    }

    fn lane(&self, runs: usize, reservation: Option<Reservation<D>>) -> Result<Lane<D>, Error> {
        let layout = self.program.layout(runs);
        let arena = self.residency.alloc(layout.bytes)?;
        let launches = self.launches(&self.program.launches, runs, &arena, &layout)?;
        let sequence = self.residency.device.record(&launches)?;
        Ok(Lane { runs, sequence, arena, layout, _reservation: reservation })
    }

    /// Launches of the program over this memory.
    fn launches<'a>(
        &'a self,
        planned: &[Planned],
        runs: usize,
        arena: &'a D::Memory,
        layout: &Layout,
    ) -> Result<Vec<Launch<'a, D::Memory>>, Error> {
        let launch = |planned: &Planned| {
            let memory = planned.places.iter().map(|place| match place {
                Place::Constant(range) => Ok(part(&self.constants, range)),
                Place::Item(item) => item_part(arena, layout, *item),
            });
            let mut memory = memory.collect::<Result<Vec<_>, Error>>()?;
            let (kernel, blocks, ints) = planned.work.at(runs as u64, self.residency.device.products())?;
            if kernel.reads_tiles() {
                let tiles = planned.tiles.as_ref();
                let tiles = tiles.and_then(|(at, range)| Some((memory.get_mut(*at)?, range)));
                let (weights, range) = tiles.ok_or_else(|| Error::layout(kernel))?;
                *weights = part(&self.constants, range);
            }
            Ok(Launch { kernel, blocks, memory, ints })
        };
        planned.iter().map(launch).collect()
    }

    /// Lends a lane for at most so many runs: the largest that is idle or that there is room for; else the next
    /// that comes back.
    pub fn with<T>(
        &self,
        wanted: usize,
        work: impl FnOnce(&mut Lane<D>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut borrowed = Borrowed { resident: self, lane: Some(self.take(wanted)) };
        borrowed.lane.as_mut().map_or_else(|| Err(Error::layout("a lane")), work)
    }

    fn take(&self, wanted: usize) -> Lane<D> {
        let largest = wanted.clamp(1, self.largest());
        for runs in (0..=largest.ilog2()).rev().map(|bit| 1 << bit) {
            let idle = pop(&mut self.lock(), |lane| lane.runs == runs);
            if let Some(lane) = idle.or_else(|| self.another(runs)) {
                return lane;
            }
        }
        // All lanes of one run are busy, for there always is one.
        let mut idle = self.lock();
        loop {
            if let Some(lane) = pop(&mut idle, |lane| lane.runs <= largest) {
                return lane;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Where one does not fit the caller waits for another; where the device is lost that is said by a run.
    fn another(&self, runs: usize) -> Option<Lane<D>> {
        let bytes = self.program.layout(runs).bytes as u64;
        let reservation = loop {
            if let Some(reservation) = self.residency.try_reserve(bytes) {
                break reservation;
            }
            // Lanes of other sizes make room, but for those of one run, of which one has to stay.
            let other = pop(&mut self.lock(), |lane| lane.runs > 1)?;
            drop(other);
        };
        self.lane(runs, Some(reservation)).ok()
    }

    /// The largest batch of a lane. Two such leave room for the constants.
    fn largest(&self) -> usize {
        let one = self.program.layout(1).bytes as u64;
        let room = self.residency.budget().saturating_sub(self.program.constants as u64) / 2;
        self.program.largest.min(usize::try_from(room / one).unwrap_or(usize::MAX)).max(1)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lane<D>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pop<D: Device>(idle: &mut Vec<Lane<D>>, wanted: impl Fn(&Lane<D>) -> bool) -> Option<Lane<D>> {
    let at = idle.iter().rposition(wanted)?;
    Some(idle.remove(at))
}

fn part<'a, M>(memory: &'a M, range: &Range<usize>) -> Part<'a, M> {
    Part { memory, offset: range.start, bytes: range.len() }
}

fn item_part<'a, M>(arena: &'a M, layout: &Layout, item: usize) -> Result<Part<'a, M>, Error> {
    let place = layout.places.get(item).filter(|place| !place.is_empty());
    place.map(|place| part(arena, place)).ok_or_else(|| Error::layout("a value without a place"))
}

impl<D: Device> Lane<D> {
    /// The launches for a part of the program, recorded by themselves.
    pub fn record(&self, resident: &Resident<D>, launches: &[Planned]) -> Result<D::Sequence, Error> {
        let launches = resident.launches(launches, self.runs, &self.arena, &self.layout)?;
        resident.residency.device.record(&launches)
    }

    /// The whole program so many times in a row, and how long that may take.
    pub fn repeated(&self, resident: &Resident<D>, times: u32) -> Result<(D::Sequence, Duration), Error> {
        let program = &resident.program;
        let mut launches = vec![];
        for _ in 0..times {
            launches.extend(resident.launches(&program.launches, self.runs, &self.arena, &self.layout)?);
        }
        let limit = program.limit(self.runs).saturating_mul(times);
        Ok((resident.residency.device.record(&launches)?, limit))
    }

    /// Where an item lies.
    pub fn part(&self, item: usize) -> Result<Part<'_, D::Memory>, Error> {
        item_part(&self.arena, &self.layout, item)
    }

    /// Copies whole items to the device, plays, and copies whole items back.
    pub fn play(
        &mut self,
        resident: &Resident<D>,
        inputs: &[(usize, Vec<u8>)],
        outputs: &mut [(usize, Vec<u8>)],
    ) -> Result<(), Error> {
        let (arena, layout) = (&self.arena, &self.layout);
        let inputs =
            inputs.iter().map(|(item, bytes)| Ok((item_part(arena, layout, *item)?, bytes.as_slice())));
        let inputs = inputs.collect::<Result<Vec<_>, Error>>()?;
        let outputs = outputs.iter_mut();
        let outputs =
            outputs.map(|(item, bytes)| Ok((item_part(arena, layout, *item)?, bytes.as_mut_slice())));
        let mut outputs = outputs.collect::<Result<Vec<_>, Error>>()?;
        let limit = resident.program.limit(self.runs);
        resident.residency.device.play(&mut self.sequence, &inputs, &mut outputs, limit)
    }
}

/// A lane in use; idle again when dropped, also where its user has panicked.
struct Borrowed<'a, D: Device> {
    resident: &'a Resident<D>,
    lane: Option<Lane<D>>,
}

impl<D: Device> Drop for Borrowed<'_, D> {
    fn drop(&mut self) {
        if let Some(lane) = self.lane.take() {
            self.resident.lock().push(lane);
            self.resident.returned.notify_all();
        }
    }
}
