//! What came out: a line a difference, a closing line, an exit status.

use std::fmt;

/// The outcome of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every bit as expected.
    Equal,
    /// Something differs.
    Differs(Difference),
    /// Nothing was compared; the reason. Never counted as a pass.
    NotMeasured(String),
}

/// The first thing that differs in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was compared, down to the op: "run 2, node 3 (Rescale)", "cost.peak", "refusal".
    pub place: String,
    /// The first differing element of a tensor, or byte of a string.
    pub word: Option<usize>,
    /// The vector's.
    pub expected: String,
    /// The measured one's.
    pub got: String,
}

impl Difference {
    /// A difference without a word, where the two are not equal.
    pub fn unless_equal<T: PartialEq + fmt::Debug>(
        place: &str,
        expected: &T,
        got: &T,
    ) -> Result<(), Box<Self>> {
        if expected == got {
            return Ok(());
        }
        let (expected, got) = (format!("{expected:?}"), format!("{got:?}"));
        Err(Box::new(Self { place: place.into(), word: None, expected, got }))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(word) = self.word {
            write!(f, ", word {word}")?;
        }
        write!(f, ": expected {}, got {}", self.expected, self.got)
    }
}

/// One case of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file, as it was named to [`load`](crate::load).
    pub file: String,
    /// The case.
    pub name: String,
    /// What came out.
    pub outcome: Outcome,
}

/// The outcomes of all cases, in the order of files and cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was measured, such as a backend's name.
    pub subject: String,
    /// One a case.
    pub entries: Vec<Entry>,
}

impl Report {
    /// Cases that are equal, that differ, and that were not measured.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.entries.iter().fold((0, 0, 0), |(equal, differ, not), entry| match entry.outcome {
            Outcome::Equal => (equal + 1, differ, not),
            Outcome::Differs(_) => (equal, differ + 1, not),
            Outcome::NotMeasured(_) => (equal, differ, not + 1),
        })
    }

    /// 0 if all are equal; 1 if any differs; 2 if any, or all there is, could not be measured.
    pub fn exit_code(&self) -> u8 {
        match self.counts() {
            (1.., 0, 0) => 0,
            (_, 1.., _) => 1,
            _ => 2,
        }
    }

    /// Appends another report's entries.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }
}

/// A line for each case that is not equal, and a closing line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Entry { file, name, outcome } in &self.entries {
            match outcome {
                Outcome::Equal => {}
                Outcome::Differs(difference) => writeln!(f, "DIFFERS {file}: {name}: {difference}")?,
                Outcome::NotMeasured(why) => writeln!(f, "NOT MEASURED {file}: {name}: {why}")?,
            }
        }
        let (equal, differ, not) = self.counts();
        write!(f, "{}: {equal} equal, {differ} differ, {not} not measured", self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcomes: &[Outcome]) -> Report {
        let entry = |o: &Outcome| Entry { file: "f".into(), name: "n".into(), outcome: o.clone() };
        Report { subject: "reference".into(), entries: outcomes.iter().map(entry).collect() }
    }

    #[test]
    fn the_exit_status_never_passes_what_was_not_measured() {
        let differs = Outcome::Differs(Difference {
            place: "run 0, node 2 (Rescale)".into(),
            word: Some(5),
            expected: "3".into(),
            got: "4".into(),
        });
        let not = Outcome::NotMeasured("no device".into());
        assert_eq!(report(&[]).exit_code(), 2);
        assert_eq!(report(&[Outcome::Equal]).exit_code(), 0);
        assert_eq!(report(&[Outcome::Equal, not.clone()]).exit_code(), 2);
        assert_eq!(report(&[Outcome::Equal, not.clone(), differs.clone()]).exit_code(), 1);
        assert_eq!(
            report(&[Outcome::Equal, not, differs]).to_string(),
            "NOT MEASURED f: n: no device\n\
             DIFFERS f: n: run 0, node 2 (Rescale), word 5: expected 3, got 4\n\
             reference: 1 equal, 1 differ, 1 not measured"
        );
    }
}
