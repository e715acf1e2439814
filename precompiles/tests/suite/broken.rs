//! A backend and a disk that fail on demand.

use alloy_primitives::{Address, B256, U256};
use isocortex_inference::{Backend, Error, Fault, Loaded, Model, OpDigest, Place, Reference};
use revm::{
    DatabaseRef,
    context::DBErrorMarker,
    state::{AccountInfo, Bytecode},
};
use std::{fmt, sync::Arc};

/// An empty disk, which may be broken.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    pub broken: bool,
}

#[derive(Debug)]
pub struct DiskError;

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the disk has rusted")
    }
}

impl std::error::Error for DiskError {}
impl DBErrorMarker for DiskError {}

impl Disk {
    fn read<T>(&self, value: T) -> Result<T, DiskError> {
        if self.broken { Err(DiskError) } else { Ok(value) }
    }
}

impl DatabaseRef for Disk {
    type Error = DiskError;

    fn basic_ref(&self, _: Address) -> Result<Option<AccountInfo>, DiskError> {
        self.read(None)
    }

    fn code_by_hash_ref(&self, _: B256) -> Result<Bytecode, DiskError> {
        self.read(Bytecode::default())
    }

    fn storage_ref(&self, _: Address, _: U256) -> Result<U256, DiskError> {
        self.read(U256::ZERO)
    }

    fn block_hash_ref(&self, _: u64) -> Result<B256, DiskError> {
        self.read(B256::ZERO)
    }
}

/// What a test backend does instead of its work.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    LoadFails,
    LoadPanics,
    RunFails,
    RunPanics,
    /// Calls a correct input wrong.
    BlamesCaller,
    ShortOutput,
    NoOutput,
}

pub struct Broken(pub Trouble);

fn failure() -> Error {
    Error::Device { backend: "broken", fault: Fault::Other, reason: "the device is on fire".into() }
}

impl Backend for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn load(&self, model: Arc<Model>) -> Result<Box<dyn Loaded>, Error> {
        match self.0 {
            Trouble::LoadFails => Err(failure()),
            Trouble::LoadPanics => panic!("load went wrong"),
            trouble => Ok(Box::new(BrokenModel(trouble, Reference.load(model)?))),
        }
    }
}

struct BrokenModel(Trouble, Box<dyn Loaded>);

impl Loaded for BrokenModel {
    fn model(&self) -> &Model {
        self.1.model()
    }

    fn place(&self) -> Place {
        "broken".into()
    }

    fn run(&self, batch: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
        match self.0 {
            Trouble::RunFails => Err(failure()),
            Trouble::RunPanics => panic!("run went wrong"),
            Trouble::BlamesCaller => Err(Error::InputLength { index: 0, wanted: 1, got: 2 }),
            Trouble::ShortOutput => Ok(batch.iter().map(|_| vec![0]).collect()),
            Trouble::NoOutput => Ok(vec![]),
            Trouble::LoadFails | Trouble::LoadPanics => self.1.run(batch),
        }
    }

    fn trace(&self, _: &[u8]) -> Result<Vec<OpDigest>, Error> {
        Err(failure())
    }
}
