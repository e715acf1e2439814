//! Instruction sets: which there are, which the machine has, and loops compiled for each.

use super::team::Team;
use crate::Error;

/// An instruction set that the CPU backend has kernels for. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// No vector instructions beyond what the target always has; any architecture.
    Scalar,
    /// x86-64 with AVX2.
    Avx2,
    /// x86-64 with AVX2 and AVX-VNNI, the VEX encoding of vpdpbusd.
    AvxVnni,
    /// x86-64 with AVX-512 (F, BW, DQ, VL) and its VNNI.
    Avx512Vnni,
}

impl Isa {
    /// All, the fastest last.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Avx2, Self::AvxVnni, Self::Avx512Vnni];

    /// A short name, as in a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::AvxVnni => "avxvnni",
            Self::Avx512Vnni => "avx512vnni",
        }
    }

    /// True where this machine has it.
    pub fn available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return match self {
            Self::Scalar => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::AvxVnni => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni"),
            Self::Avx512Vnni => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
        };
        #[cfg(not(target_arch = "x86_64"))]
        return self == Self::Scalar;
    }

    /// The fastest that this machine has.
    pub fn best() -> Self {
        Self::ALL.into_iter().rev().find(|isa| isa.available()).unwrap_or(Self::Scalar)
    }
}

/// An [`Isa`] that this machine was found to have: the proof on which the `unsafe` calls below rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detected(Isa);

impl Detected {
    pub fn new(isa: Isa) -> Result<Self, Error> {
        if isa.available() {
            return Ok(Self(isa));
        }
        let have: Vec<_> = Isa::ALL.into_iter().filter(|i| i.available()).map(Isa::name).collect();
        let reason = format!("this machine has no {}; it has {}", isa.name(), have.join(", "));
        Err(super::device(crate::Fault::Other, reason))
    }

    pub fn isa(self) -> Isa {
        self.0
    }
}

/// What a node computes from: the words of each operand, at least as long as its value.
pub(super) type Operands<'a> = &'a [&'a [i32]];

/// A node, or several fused, made ready.
pub(super) trait Kernel: Send + Sync {
    /// Bytes that [`run`](Self::run) needs to work in.
    fn scratch(&self) -> usize {
        0
    }

    /// Bytes that [`run`](Self::run) takes from the heap beside these, with a team of so many threads.
    fn heap(&self, _threads: usize) -> usize {
        0
    }

    /// Computes the result from the operands. `y` may hold anything before; all of the result is written. The
    /// team may share the work.
    fn run(&self, x: Operands<'_>, y: &mut [i32], scratch: &mut [u8], team: &Team);
}

/// Plain loops, which the compiler makes vector code of, once for each [`Isa`].
///
/// Implementations and all that they call are `#[inline(always)]`: only what is inlined into the functions at
/// the end of this file is compiled with their instructions.
pub(super) trait Job {
    fn work(self);
}

impl Detected {
    /// Does a job with the instructions of the set.
    pub fn run(self, job: impl Job) {
        match self.0 {
            // SAFETY: a `Detected` is made only where the machine has the instructions.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 | Isa::AvxVnni => unsafe { avx2(job) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => unsafe { avx512(job) },
            _ => job.work(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(job: impl Job) {
    job.work();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn avx512(job: impl Job) {
    job.work();
}

/// A kernel that is a [`Job`] for whatever operands.
pub(super) trait Body: Send + Sync {
    fn body(&self, x: Operands<'_>, y: &mut [i32]);
}

/// A [`Body`] with the instructions to run it with.
pub(super) struct Loops<B> {
    pub isa: Detected,
    pub body: B,
}

struct BodyJob<'a, B>(&'a B, Operands<'a>, &'a mut [i32]);

impl<B: Body> Job for BodyJob<'_, B> {
    #[inline(always)]
    fn work(self) {
        self.0.body(self.1, self.2);
    }
}

impl<B: Body> Kernel for Loops<B> {
    fn run(&self, x: Operands<'_>, y: &mut [i32], _: &mut [u8], _: &Team) {
        self.isa.run(BodyJob(&self.body, x, y));
    }
}
