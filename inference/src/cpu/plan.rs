//! Memory: which values may lie in the same place.

use std::ops::Range;

/// A value that needs a place, and the steps from the one that makes it to the last that reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub words: usize,
    pub first: usize,
    pub last: usize,
}

/// A place for each value (the same index), such that values alive at the same step never overlap; and the
/// words that all take. The largest are placed first, each at the lowest place that is free.
pub(super) fn place(lives: &[Life]) -> (Vec<Range<usize>>, usize) {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(lives[i].words));
    let mut places = vec![0..0; lives.len()];
    let mut placed: Vec<usize> = vec![]; // by where they start
    let mut total = 0;
    for i in order {
        let life = lives[i];
        let mut at = 0;
        for &other in &placed {
            let (o, place) = (lives[other], &places[other]);
            if o.last < life.first || life.last < o.first {
                continue;
            }
            if at + life.words <= place.start {
                break;
            }
            at = at.max(place.end);
        }
        places[i] = at..at + life.words;
        total = total.max(at + life.words);
        let index = placed.partition_point(|&other| places[other].start <= at);
        placed.insert(index, i);
    }
    (places, total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_chain_needs_two_places() {
        let life = |i: usize| Life { words: 10 + i, first: i, last: i + 1 };
        let (places, total) = place(&[0, 1, 2, 3, 4].map(life));
        assert_eq!(total, 14 + 13);
        assert_eq!(places[4].start, 0);
    }

    proptest! {
        #[test]
        fn values_alive_together_never_overlap(all in prop::collection::vec((1usize..50, 0usize..30, 0usize..9), 1..60)) {
            let lives: Vec<_> = all.iter().map(|&(words, first, n)| Life { words, first, last: first + n }).collect();
            let (places, total) = place(&lives);
            for (i, a) in lives.iter().enumerate() {
                prop_assert_eq!(places[i].len(), a.words);
                prop_assert!(places[i].end <= total);
                for (j, b) in lives.iter().enumerate().skip(i + 1) {
                    let together = a.first <= b.last && b.first <= a.last;
                    let apart = places[i].end <= places[j].start || places[j].end <= places[i].start;
                    prop_assert!(apart || !together, "{} and {}", i, j);
                }
            }
        }
    }
}
