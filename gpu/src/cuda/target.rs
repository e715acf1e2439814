//! What PTX a card is given.

use crate::Kernel;

/// What PTX a card is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Compute capability 6.1 and later: dp4a.
    Sm61,
    /// 8.0 and later: mma.sync.
    Sm80,
    /// 9.0 and no other: wgmma.
    Sm90a,
}

impl Target {
    /// All of them, the best last.
    pub const ALL: &[Self] = &[Self::Sm61, Self::Sm80, Self::Sm90a];

    /// The oldest compute capability that runs it.
    pub const fn least(self) -> (i32, i32) {
        match self {
            Self::Sm61 => (6, 1),
            Self::Sm80 => (8, 0),
            Self::Sm90a => (9, 0),
        }
    }

    /// What `ptxas` and the folders of PTX call it.
    const fn architecture(self) -> &'static str {
        match self {
            Self::Sm61 => "sm_61",
            Self::Sm80 => "sm_80",
            Self::Sm90a => "sm_90a",
        }
    }

    /// What a card that is given this target loads for a kernel; `None` where no form of it is for such cards.
    pub(super) fn ptx(self, kernel: Kernel) -> Option<&'static str> {
        let loads = |name: &str| Self::ALL.iter().any(|&older| older <= self && older.architecture() == name);
        kernel.ptx().iter().rfind(|(name, _)| loads(name)).map(|&(_, ptx)| ptx)
    }

    /// What makes its matrix products.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm61 => "dp4a",
            Self::Sm80 => "mma.sync",
            Self::Sm90a => "wgmma",
        }
    }

    /// Whether a card of this compute capability runs it.
    pub fn runs_on(self, compute: (i32, i32)) -> bool {
        match self {
            Self::Sm90a => compute == self.least(),
            _ => compute >= self.least(),
        }
    }
}
