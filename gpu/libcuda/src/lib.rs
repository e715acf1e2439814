//! The CUDA driver's functions as symbols of this program, forwarded to a `libcuda` that is opened at run time.
//!
//! `cust` (by `cust_raw`) declares the driver's functions and links `libcuda`, so a program that uses it
//! normally neither links nor starts without a driver. This crate defines every function that `cust_raw`
//! declares; each opens `libcuda.so.1` once, looks itself up once, and jumps. One binary then runs anywhere
//! and asks [`open`] whether there is a driver.
//!
//! A program only has to depend on this crate and to give the linker something called `libcuda`: the empty
//! archive in this crate's `link/` folder (see the README of `isocortex-gpu`).
//!
//! Two things are changed on the way. Without a library a call returns `CUDA_ERROR_NO_DEVICE` (100), and
//! without the one function `CUDA_ERROR_NOT_SUPPORTED` (801). And a code that `cust_raw`'s enum, made from
//! CUDA 11.4, does not have becomes `CUDA_ERROR_UNKNOWN` (999), for it would be undefined behaviour there.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[allow(non_snake_case, clippy::too_many_arguments)]
#[rustfmt::skip]
mod functions;

use libloading::Library;
use std::{ffi::c_void, sync::OnceLock};

/// Why there is no driver to call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The loader did not find the library, or it did not load.
    #[error("no NVIDIA driver: {LIBRARY} could not be opened ({0})")]
    NoDriver(#[source] libloading::Error),
}

/// What the driver calls its library; each driver since CUDA 1 has had this name.
const LIBRARY: &str = "libcuda.so.1";

const NO_DEVICE: u32 = 100;
const NOT_SUPPORTED: u32 = 801;
const UNKNOWN: u32 = 999;

/// Opens the driver's library, the first time; answers from memory later.
///
/// # Errors
/// [`Error::NoDriver`] where `libcuda.so.1` cannot be opened.
pub fn open() -> Result<(), &'static Error> {
    library().map(|_| ())
}

fn library() -> Result<&'static Library, &'static Error> {
    static OPENED: OnceLock<Result<Library, Error>> = OnceLock::new();
    let opened = OPENED.get_or_init(|| {
        // SAFETY: loading runs the library's initialisers; NVIDIA's driver library may be loaded at any time
        // from any thread, and it stays loaded for the life of the process.
        unsafe { Library::new(LIBRARY) }.map_err(Error::NoDriver)
    });
    opened.as_ref()
}

/// Where a function of the driver lies, once it is known.
struct Slot(OnceLock<Option<usize>>);

impl Slot {
    const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The address of `name`, or the code to return instead.
    fn find(&self, name: &str) -> Result<*const c_void, u32> {
        let library = library().map_err(|_| NO_DEVICE)?;
        let address = self.0.get_or_init(|| {
            // SAFETY: the symbol is only read as an address here; `forward!` gives it its type.
            let symbol = unsafe { library.get::<*const c_void>(name.as_bytes()) };
            symbol.ok().map(|symbol| *symbol as usize).filter(|&address| address != 0)
        });
        address.map(|address| address as *const c_void).ok_or(NOT_SUPPORTED)
    }
}

/// `code` where `cust_raw`'s enum has it, else 999.
fn known(code: u32) -> u32 {
    match code {
        0..=8 | 34 | 100..=102 | 200..=202 | 205..=224 | 300..=304 | 400 | 401 | 500 | 600 | 700..=705 => {
            code
        }
        708..=720 | 800..=809 | 900..=911 => code,
        _ => UNKNOWN,
    }
}

macro_rules! forward {
    ($(fn $name:ident($($argument:ident: $ty:ty),*);)*) => {
        $(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $name($($argument: $ty),*) -> u32 {
                static SLOT: crate::Slot = crate::Slot::new();
                match SLOT.find(stringify!($name)) {
                    Err(code) => code,
                    Ok(address) => {
                        type Function = unsafe extern "C" fn($($ty),*) -> u32;
                        // SAFETY: the address is the driver's function of this name, whose type is the one
                        // in cuda.h, of which cust_raw's declaration is a translation.
                        let function = unsafe { std::mem::transmute::<*const std::ffi::c_void, Function>(address) };
                        // SAFETY: the caller keeps the contract of the function that it meant to call.
                        crate::known(unsafe { function($($argument),*) })
                    }
                }
            }
        )*

        /// Names of all functions.
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}
use forward;

#[cfg(test)]
mod tests {
    use super::*;
    use cust_raw::cudaError_enum as Code;

    #[test]
    fn codes_that_the_enum_lacks_become_unknown() {
        assert_eq!(known(Code::CUDA_SUCCESS as u32), 0);
        assert_eq!(known(Code::CUDA_ERROR_EXTERNAL_DEVICE as u32), 911);
        for newer in [9, 33, 103, 203, 204, 225, 706, 721, 810, 912, 998, 1000, u32::MAX] {
            assert_eq!(known(newer), 999);
        }
    }

    /// On a machine with a driver this is the driver's own answer.
    #[test]
    fn a_call_answers_with_or_without_a_driver() {
        // SAFETY: cuInit may be called at any time.
        let code = unsafe { cust_raw::cuInit(0) };
        if open().is_err() {
            assert_eq!(code, Code::CUDA_ERROR_NO_DEVICE);
        }
    }

    #[test]
    fn every_function_is_there() {
        assert_eq!(functions::NAMES.len(), 353);
        assert!(functions::NAMES.contains(&"cuLaunchKernel"));
    }
}
