//! Chunks: pieces of models kept as the code of accounts.

use crate::{Error, REGISTRY_ADDRESS, Stop, error::state, frame::Frame};
use alloy_evm::EvmInternals;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, keccak256};
use revm::{Database, context::journaled_state::JournalLoadError, state::Bytecode};

/// Most bytes of a chunk.
pub const MAX_CHUNK: usize = isocortex_model::limits::CHUNK_BYTES;

/// Where a chunk lives: the address that CREATE2 of the registry would give, with the chunk's keccak-256 as
/// salt and the hash of the text "isocortex.chunk" in the place of the init code's. Only the registry can
/// put code there, and what is there is known by the address alone.
pub fn chunk_address(chunk: B256) -> Address {
    REGISTRY_ADDRESS.create2(chunk, keccak256("isocortex.chunk"))
}

/// The code that holds a chunk: STOP, so that nobody can run it, and the data.
pub fn chunk_code(data: &[u8]) -> Bytes {
    [&[0], data].concat().into()
}

/// The chunk in an account's code, if it is that.
fn data(chunk: B256, code: &Bytecode) -> Result<Bytes, Error> {
    let code = code.original_bytes();
    match code.first() {
        Some(0) if keccak256(&code[1..]) == chunk => Ok(code.slice(1..)),
        _ => Err(Error::ChunkCorrupt(chunk)),
    }
}

/// Stores a chunk of 1 to [`MAX_CHUNK`] bytes, unless it is there. Charges for the account and, where it is
/// new, for its code.
pub(crate) fn put(frame: &mut Frame<'_, '_>, chunk: B256, bytes: &[u8]) -> Result<(), Stop> {
    let address = chunk_address(chunk);
    if *frame.account(address)?.code_hash() != KECCAK256_EMPTY {
        return Ok(());
    }
    frame.charge(frame.node.gas.new_chunk(bytes.len()))?;
    let mut account = frame.internals.load_account_mut(address).map_err(state)?.data;
    account.set_code_and_hash_slow(Bytecode::new_raw(chunk_code(bytes)));
    account.set_nonce(1); // as a contract's: the account is never empty, whatever is sent from or to it
    Ok(())
}

/// Reads a chunk as EXTCODECOPY would, charging for its account, and `byte` for each byte before it looks at
/// them; `None` where it is not there.
pub(crate) fn get(frame: &mut Frame<'_, '_>, chunk: B256, byte: u64) -> Result<Option<Bytes>, Stop> {
    let mut account = frame.account(chunk_address(chunk))?;
    if *account.code_hash() == KECCAK256_EMPTY {
        return Ok(None);
    }
    let code = match account.load_code() {
        Ok(code) => code.clone(),
        Err(JournalLoadError::DBError(error)) => return Err(state(error)),
        Err(JournalLoadError::ColdLoadSkipped) => return Err(state("code was not loaded")),
    };
    drop(account);
    frame.charge(byte.saturating_mul(code.original_bytes().len().saturating_sub(1) as u64))?;
    Ok(Some(data(chunk, &code)?))
}

/// Reads a chunk of a registered model without a trace.
///
/// Inference needs chunks only where the engine does not have the model, and that differs from node to
/// node. Read through the journal they would become warm, which a contract sees in the gas of its next
/// access. So they are read from the database below it. What the database does not have was put in this
/// very transaction; the journal has it then, warm, since registering read it, and reading it once more
/// changes nothing.
pub(crate) fn peek(internals: &mut EvmInternals<'_>, chunk: B256) -> Result<Bytes, Stop> {
    let address = chunk_address(chunk);
    let mut db = internals.db_mut();
    if let Some(info) = db.basic(address).map_err(state)?
        && info.code_hash != KECCAK256_EMPTY
    {
        let code = match info.code {
            Some(code) => code,
            None => db.code_by_hash(info.code_hash).map_err(state)?,
        };
        return Ok(data(chunk, &code)?);
    }
    drop(db);
    match internals.load_account_mut_skip_cold_load(address, true) {
        Ok(account) if !account.is_cold => {
            let mut account = account.data;
            match account.load_code() {
                Ok(code) if !code.is_empty() => Ok(data(chunk, code)?),
                Ok(_) | Err(JournalLoadError::ColdLoadSkipped) => Err(Error::ChunkMissing(chunk).into()),
                Err(JournalLoadError::DBError(error)) => Err(state(error)),
            }
        }
        Ok(_) | Err(JournalLoadError::ColdLoadSkipped) => Err(Error::ChunkMissing(chunk).into()),
        Err(JournalLoadError::DBError(error)) => Err(state(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    #[test]
    fn address_by_eip_1014() {
        // keccak256(0xff ‖ registry ‖ chunk ‖ keccak256("isocortex.chunk"))[12..], spelt out.
        let chunk = B256::repeat_byte(7);
        let registry = hex!("000000000000000000000000000000000000c000");
        let preimage = [&[0xff], &registry[..], &chunk[..], &keccak256(b"isocortex.chunk")[..]].concat();
        assert_eq!(chunk_address(chunk)[..], keccak256(preimage)[12..]);
    }

    #[test]
    fn code_is_checked() {
        let chunk = keccak256([1, 2, 3]);
        let code = |bytes: &'static [u8]| Bytecode::new_raw(Bytes::from_static(bytes));
        assert_eq!(data(chunk, &code(&[0, 1, 2, 3])).unwrap()[..], [1, 2, 3]);
        for bad in [&[0, 1, 2, 4][..], &[1, 1, 2, 3], &[0], &[]] {
            assert!(matches!(data(chunk, &code(bad)), Err(Error::ChunkCorrupt(_))), "{bad:?}");
        }
    }
}
