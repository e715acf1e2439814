//! Where a multiplication writes: rows of results of any type, parts of which several threads write at once.

use crate::cpu::element::Int;
use isocortex_model::DType;
use std::marker::PhantomData;

/// A result of `rows · n` elements.
pub struct Out<'a> {
    at: *mut u8,
    elements: usize,
    pub dtype: DType,
    result: PhantomData<&'a mut [i32]>,
}

// SAFETY: an `Out` is a place to write to, and nothing else. Who writes (unsafe) keeps to a part of its own.
unsafe impl Send for Out<'_> {}
// SAFETY: as above.
unsafe impl Sync for Out<'_> {}

impl<'a> Out<'a> {
    /// All of a result.
    pub fn new(words: &'a mut [i32], dtype: DType, elements: usize) -> Self {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(words);
        assert!(elements * dtype.size() <= bytes.len(), "the result is shorter than its rows");
        Self { at: bytes.as_mut_ptr(), elements, dtype, result: PhantomData }
    }

    /// Some of the elements alone, for one of several threads.
    ///
    /// # Safety
    /// Nobody else has access to these while the part lives.
    pub unsafe fn section(&self, at: usize, elements: usize) -> Out<'_> {
        assert!(at + elements <= self.elements, "beyond the result");
        let at = self.at.wrapping_add(at * self.dtype.size());
        Out { at, elements, dtype: self.dtype, result: PhantomData }
    }

    /// Elements from `at` on, to write.
    ///
    /// # Safety
    /// T is of the type's size, `at + len` elements exist, and nobody else has access to these while the
    /// slice lives.
    #[allow(clippy::mut_from_ref)] // that is the point, see above
    #[inline(always)]
    pub unsafe fn part<T: Int>(&self, at: usize, len: usize) -> &mut [T] {
        debug_assert!(at.wrapping_add(len) <= self.elements && size_of::<T>() == self.dtype.size());
        // SAFETY: promised by the caller; the words are aligned for each type.
        unsafe { std::slice::from_raw_parts_mut(self.at.cast::<T>().add(at), len) }
    }

    /// Where the element lies.
    ///
    /// # Safety
    /// The element exists.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    #[inline(always)]
    pub unsafe fn pointer<T: Int>(&self, at: usize) -> *mut T {
        debug_assert!(at < self.elements && size_of::<T>() == self.dtype.size());
        // SAFETY: promised by the caller.
        unsafe { self.at.cast::<T>().add(at) }
    }

    /// Some of the elements alone.
    pub fn rows(&mut self, at: usize, elements: usize) -> Out<'_> {
        assert!(at + elements <= self.elements, "beyond the result");
        let at = self.at.wrapping_add(at * self.dtype.size());
        Out { at, elements, dtype: self.dtype, result: PhantomData }
    }

    pub fn elements(&self) -> usize {
        self.elements
    }
}
