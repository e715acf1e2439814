//! What the registry keeps of a model, in five slots of its storage.

use crate::{
    Error, GasSchedule, Stop,
    abi::{IInference, IModelRegistry::ModelInfo, revert},
    frame::Frame,
};
use alloy_primitives::{Address, B256, U256, keccak256};
use isocortex_model::{Cost, Model};

/// Slots of a record.
pub(crate) const SLOTS: usize = 5;

/// A model's record. Slot `i` of model `m` is `keccak256(m ‖ 0) + i`, where Solidity keeps
/// `mapping(bytes32 => Record)` of slot 0; members lie in a slot from its low end:
///
/// | slot | members |
/// |---|---|
/// | 0 | status (1 live, 2 retired) u8, op set u16, nodes u32, input length u64, output length u64 |
/// | 1 | author address, royalty u64 |
/// | 2 | macs u64, elements u64, bytes u64, weights u64 |
/// | 3 | peak u64, block of registration u64 |
/// | 4 | provenance: keccak-256 of that section of the header |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// No longer answers.
    pub retired: bool,
    /// Version of the op set.
    pub op_set: u16,
    /// Operations in the graph.
    pub nodes: u32,
    /// Bytes of an input.
    pub input_len: u64,
    /// Bytes of an output.
    pub output_len: u64,
    /// Who registered it.
    pub author: Address,
    /// The author's fee, in gas an inference.
    pub royalty: u64,
    /// What one inference costs.
    pub cost: Cost,
    /// Block of registration.
    pub registered_at: u64,
    /// keccak-256 of the Borsh form of the header's provenance.
    pub provenance: B256,
}

impl Record {
    /// The record of a model that is registered now.
    pub fn new(model: &Model, author: Address, registered_at: u64) -> Self {
        let header = model.header();
        Self {
            retired: false,
            op_set: header.op_set,
            nodes: header.nodes.len() as u32,
            input_len: model.input_len() as u64,
            output_len: model.output_len() as u64,
            author,
            royalty: 0,
            cost: *model.cost(),
            registered_at,
            provenance: keccak256(borsh::to_vec(&header.provenance).unwrap_or_default()),
        }
    }

    /// The slot that holds part `index` (0 to 4) of a model's record.
    pub fn slot(model: B256, index: usize) -> U256 {
        let base = keccak256([model.0, [0; 32]].concat());
        U256::from_be_bytes(base.0).wrapping_add(U256::from(index))
    }

    /// The words of the five slots.
    pub fn to_words(&self) -> [U256; SLOTS] {
        let status = if self.retired { 2 } else { 1 };
        let c = &self.cost;
        [
            pack(&[
                (8, status),
                (16, self.op_set.into()),
                (32, self.nodes.into()),
                (64, self.input_len),
                (64, self.output_len),
            ]),
            U256::from_be_slice(self.author.as_slice()) | (U256::from(self.royalty) << 160usize),
            pack(&[(64, c.macs), (64, c.elements), (64, c.bytes), (64, c.weights)]),
            pack(&[(64, c.peak), (64, self.registered_at)]),
            self.provenance.into(),
        ]
    }

    /// Reads [`to_words`](Self::to_words) back; `None` where there is no record.
    pub fn from_words(words: [U256; SLOTS]) -> Option<Self> {
        let [head, author, cost, life, provenance] = words;
        if head.is_zero() {
            return None;
        }
        let field = |word: U256, at: usize, bits: usize| {
            let shifted = word >> at;
            shifted.as_limbs()[0] & (u64::MAX >> (64 - bits))
        };
        Some(Self {
            retired: field(head, 0, 8) == 2,
            op_set: field(head, 8, 16) as u16,
            nodes: field(head, 24, 32) as u32,
            input_len: field(head, 56, 64),
            output_len: field(head, 120, 64),
            author: Address::from_word(B256::from(author & (U256::MAX >> 96usize))),
            royalty: field(author, 160, 64),
            cost: Cost {
                macs: field(cost, 0, 64),
                elements: field(cost, 64, 64),
                bytes: field(cost, 128, 64),
                peak: field(life, 0, 64),
                weights: field(cost, 192, 64),
            },
            registered_at: field(life, 64, 64),
            provenance: provenance.into(),
        })
    }

    /// Gas of one inference, royalty included.
    pub fn price(&self, gas: &GasSchedule) -> u64 {
        gas.inference(&self.cost, self.nodes, self.input_len, self.output_len).saturating_add(self.royalty)
    }

    /// Reads a record, each slot at the price of SLOAD; `slots` says how many of the five are needed, the
    /// rest is taken for zero. `None` where the model is not registered: then only the first is read.
    pub(crate) fn read(frame: &mut Frame<'_, '_>, model: B256, slots: usize) -> Result<Option<Self>, Stop> {
        let mut words = [U256::ZERO; SLOTS];
        for (index, word) in words.iter_mut().enumerate().take(slots) {
            *word = frame.slot(Self::slot(model, index))?;
            if index == 0 && word.is_zero() {
                return Ok(None);
            }
        }
        Ok(Self::from_words(words))
    }

    /// Reads the record of a model that may be called or changed.
    pub(crate) fn live(frame: &mut Frame<'_, '_>, model: B256, slots: usize) -> Result<Self, Stop> {
        match Self::read(frame, model, slots)? {
            None => Err(revert(IInference::UnknownModel { model })),
            Some(record) if record.retired => Err(revert(IInference::ModelRetired { model })),
            Some(record) => Ok(record),
        }
    }

    /// Writes the slots in `range`, which the caller has charged for.
    pub(crate) fn write(
        &self,
        frame: &mut Frame<'_, '_>,
        model: B256,
        range: std::ops::Range<usize>,
    ) -> Result<(), Stop> {
        for (index, word) in self.to_words().into_iter().enumerate() {
            if range.contains(&index) {
                frame.set_slot(Self::slot(model, index), word)?;
            }
        }
        Ok(())
    }

    /// Whether the model is the one that was registered: if not, the state or this program is broken.
    pub(crate) fn matches(&self, model: &Model) -> Result<(), Error> {
        let now = (model.input_len() as u64, model.output_len() as u64, model.header().nodes.len() as u64);
        if now != (self.input_len, self.output_len, self.nodes.into()) {
            let reason = "does not fit its record".into();
            return Err(Error::ModelCorrupt { model: model.id(), reason });
        }
        Ok(())
    }

    /// As the ABI shows it.
    pub fn info(&self, gas: &GasSchedule) -> ModelInfo {
        ModelInfo {
            author: self.author,
            royalty: self.royalty,
            inputLength: self.input_len,
            outputLength: self.output_len,
            inferenceGas: self.price(gas),
            registeredAt: self.registered_at,
            macs: self.cost.macs,
            elements: self.cost.elements,
            traffic: self.cost.bytes,
            peak: self.cost.peak,
            weights: self.cost.weights,
            nodes: self.nodes,
            opSet: self.op_set,
            retired: self.retired,
            provenance: self.provenance,
        }
    }
}

/// Fields of so many bits, from the low end.
fn pack(fields: &[(usize, u64)]) -> U256 {
    let (word, _) = fields
        .iter()
        .fold((U256::ZERO, 0), |(word, at), (bits, value)| (word | (U256::from(*value) << at), at + bits));
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, uint};

    fn record() -> Record {
        Record {
            retired: false,
            op_set: 1,
            nodes: 0x0203_0405,
            input_len: 784,
            output_len: 20,
            author: Address::repeat_byte(0xaa),
            royalty: 7,
            cost: Cost { macs: 1, elements: 2, bytes: 3, peak: 5, weights: 4 },
            registered_at: 6,
            provenance: B256::repeat_byte(0xbb),
        }
    }

    #[test]
    fn layout_by_hand() {
        let words = record().to_words();
        assert_eq!(words[0], uint!(0x0000000000000014_0000000000000310_02030405_0001_01_U256));
        assert_eq!(words[1], uint!(0x0000000000000007_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_U256));
        assert_eq!(
            words[2],
            uint!(0x0000000000000004_0000000000000003_0000000000000002_0000000000000001_U256)
        );
        assert_eq!(words[3], uint!(0x0000000000000006_0000000000000005_U256));
        assert_eq!(B256::from(words[4]), B256::repeat_byte(0xbb));
    }

    #[test]
    fn round_trip() {
        for retired in [false, true] {
            let all_ones = Cost {
                macs: u64::MAX,
                elements: u64::MAX,
                bytes: u64::MAX,
                peak: u64::MAX,
                weights: u64::MAX,
            };
            for cost in [record().cost, all_ones] {
                let record = Record {
                    retired,
                    cost,
                    royalty: u64::MAX,
                    op_set: u16::MAX,
                    nodes: u32::MAX,
                    ..record()
                };
                assert_eq!(Record::from_words(record.to_words()), Some(record));
            }
        }
        assert_eq!(Record::from_words([U256::ZERO; SLOTS]), None);
    }

    #[test]
    fn slots_are_where_solidity_looks() {
        // keccak-256 of 64 zero bytes.
        let zero = b256!("ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
        assert_eq!(B256::from(Record::slot(B256::ZERO, 0)), zero);
        assert_eq!(Record::slot(B256::ZERO, 4) - Record::slot(B256::ZERO, 0), U256::from(4));
    }
}
