//! Uncles: headers that lost, which a proof-of-work block may include (the Yellow Paper, section 11.1).

use super::header;
use crate::{Block, Invalid};
use alloy_consensus::Header;
use alloy_primitives::B256;
use isocortex_vm::ChainSpec;

/// How many blocks before a block decide about its uncles: an uncle's parent is the second to the seventh of them.
pub const ANCESTORS: usize = 7;

/// The most uncles of a block.
const MAX_OMMERS: usize = 2;

/// The rules on the uncles of `block`. `ancestors` are the blocks before it, with their hashes, the parent first, at
/// least [`ANCESTORS`] of them or all that there are.
///
/// # Errors
/// [`Invalid::Ommer`], or the rule on headers that an uncle breaks.
pub fn check(spec: &ChainSpec, block: &Block, ancestors: &[(B256, Block)]) -> Result<(), Invalid> {
    let ommers = &block.body.ommers;
    if ommers.len() > MAX_OMMERS {
        return Err(Invalid::Ommer(format!("{} of them, at most {MAX_OMMERS} are allowed", ommers.len())));
    }
    let ancestors = ancestors.get(..ANCESTORS).unwrap_or(ancestors);
    let mut included: Vec<B256> =
        ancestors.iter().flat_map(|(_, block)| block.body.ommers.iter().map(Header::hash_slow)).collect();
    for ommer in ommers {
        let hash = ommer.hash_slow();
        let refuse = |reason: &str| Err(Invalid::Ommer(format!("{hash} {reason}")));
        if included.contains(&hash) {
            return refuse("is included already");
        }
        included.push(hash);
        if ancestors.iter().any(|(ancestor, _)| *ancestor == hash) {
            return refuse("is an ancestor");
        }
        let parent = ancestors.iter().find(|(ancestor, _)| *ancestor == ommer.parent_hash);
        let Some((parent_hash, parent)) = parent else {
            return refuse("is of no parent among the last seven blocks");
        };
        if *parent_hash == block.header.parent_hash {
            return refuse("is a sibling");
        }
        header::check(spec, &parent.header, *parent_hash, ommer)?;
    }
    Ok(())
}
