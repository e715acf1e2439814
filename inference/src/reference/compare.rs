use super::broadcast::each;
use super::{Compute, Wide};
use isocortex_model::ops::Compare;

/// `y = 1` where a stands in the relation to b, else 0.
///
/// ```
/// use isocortex_inference::reference::{Compute, Wide};
/// use isocortex_model::ops::{Compare, Relation};
/// let (a, b) = (Wide::of(&[3], &[1, 2, 3]), Wide::of(&[1], &[2]));
/// let mut y = Wide::zeros(&[3]);
/// Compare { relation: Relation::Greater }.compute(&[&a, &b], &[], &mut y);
/// assert_eq!(y.data, [0, 0, 1]);
/// ```
impl Compute for Compare {
    fn compute(&self, x: &[&Wide], _: &[&Wide], y: &mut Wide) {
        each(x, y, |a, b| self.relation.holds(a, b).into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isocortex_model::ops::Relation;

    #[test]
    fn known_results() {
        let a = Wide::of(&[4], &[i32::MIN, -1, 5, i32::MAX]);
        let b = Wide::of(&[4], &[i32::MAX, -1, 4, i32::MIN]);
        for (relation, wanted) in [
            (Relation::Equal, [0, 1, 0, 0]),
            (Relation::Greater, [0, 0, 1, 1]),
            (Relation::GreaterOrEqual, [0, 1, 1, 1]),
        ] {
            let mut y = Wide::zeros(&[4]);
            Compare { relation }.compute(&[&a, &b], &[], &mut y);
            assert_eq!(y.data, wanted);
        }
    }
}
