//! Where values lie: in one block, those that are never needed at the same step in the same place.

use crate::{ALIGNMENT, program::Item};
use isocortex_inference::plan::{Life, place};
use std::ops::Range;

/// A place for each item in a block of memory.
pub(crate) struct Layout {
    /// Bytes of the block, at least one.
    pub bytes: usize,
    /// What each item takes; empty where nothing needs it.
    pub places: Vec<Range<usize>>,
}

impl Layout {
    /// For a batch of so many runs, which lie one after the other within an item.
    pub fn new(items: &[Item], batch: usize) -> Self {
        let alive = |item: &&Item| item.life.is_some();
        let bytes = |item: &Item| item.bytes.saturating_mul(batch);
        let lives = items.iter().filter(alive).map(|item| {
            let (first, last) = item.life.unwrap_or_default();
            Life { words: bytes(item).div_ceil(ALIGNMENT), first, last }
        });
        let (places, words) = place(&lives.collect::<Vec<_>>());
        let mut places = places.into_iter();
        let places = items.iter().map(|item| match alive(&item).then(|| places.next()).flatten() {
            Some(place) => place.start * ALIGNMENT..place.start * ALIGNMENT + bytes(item),
            None => 0..0,
        });
        Self { places: places.collect(), bytes: (words * ALIGNMENT).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_aligned_and_shared_in_time() {
        let item = |bytes, life| Item { bytes, life };
        let items = [
            item(300, Some((0, 1))),
            item(10, Some((1, 2))),
            item(7, None),
            item(100, Some((2, 3))),
            item(300, Some((2, 2))),
        ];
        for batch in [1, 3] {
            let layout = Layout::new(&items, batch);
            for (item, place) in items.iter().zip(&layout.places) {
                assert_eq!(place.start % ALIGNMENT, 0);
                assert_eq!(place.len(), item.life.map_or(0, |_| item.bytes * batch));
                assert!(place.end <= layout.bytes);
            }
            for (a, b) in [(0, 1), (1, 3), (1, 4), (3, 4)] {
                let (a, b) = (&layout.places[a], &layout.places[b]);
                assert!(a.end <= b.start || b.end <= a.start, "{a:?} {b:?}");
            }
            // 300, 10, 100 bytes: 2, 1 and 1 words of the unit, or 4, 1 and 2 for three runs.
            assert_eq!(layout.bytes, [4, 7][batch / 2] * ALIGNMENT);
        }
        assert_eq!(Layout::new(&[], 1).bytes, 1);
    }
}
