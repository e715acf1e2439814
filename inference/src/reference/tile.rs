use super::{Compute, Wide};
use isocortex_model::ops::Tile;

/// The operand repeated.
impl Compute for Tile {
    fn compute(&self, _: &[&Wide], _: &[&Wide], _: &mut Wide) {}
}
