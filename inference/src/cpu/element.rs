//! Element types, and words of the arena read as elements.

use bytemuck::Pod;

/// i8, i16 or i32; or u8, which is an i8 that is turned (see `program.rs`).
pub(super) trait Int: Pod + Into<i32> + Into<i64> + Ord + Send + Sync {
    /// The smallest.
    const MIN: Self;
    /// The value, where it lies in the type; its low bits otherwise.
    fn wrap(v: i64) -> Self;
}

macro_rules! int {
    ($($t:ty)*) => {$(
        impl Int for $t {
            const MIN: Self = Self::MIN;
            #[inline(always)]
            fn wrap(v: i64) -> Self {
                v as Self
            }
        }
    )*};
}
int!(u8 i8 i16 i32);

/// The first `n` elements.
#[inline(always)]
pub(super) fn view<T: Int>(words: &[i32], n: usize) -> &[T] {
    &bytemuck::cast_slice(words)[..n]
}

/// The first `n` elements, to write.
#[inline(always)]
pub(super) fn view_mut<T: Int>(words: &mut [i32], n: usize) -> &mut [T] {
    &mut bytemuck::cast_slice_mut(words)[..n]
}

/// Evaluates an expression with a name standing for the Rust type of each [`DType`](isocortex_model::DType).
macro_rules! typed {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            isocortex_model::DType::I8 => {
                type $t = i8;
                $body
            }
            isocortex_model::DType::I16 => {
                type $t = i16;
                $body
            }
            isocortex_model::DType::I32 => {
                type $t = i32;
                $body
            }
        }
    };
}
pub(super) use typed;

/// The same for an operand that may be turned, which is then u8.
macro_rules! maybe_turned {
    ($dtype:expr, $turned:expr, $t:ident => $body:expr) => {
        if $turned {
            type $t = u8;
            $body
        } else {
            $crate::cpu::element::typed!($dtype, $t => $body)
        }
    };
}
pub(super) use maybe_turned;
