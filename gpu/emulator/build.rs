//! Compiles the emulator with the kernels: once as it is, once under the address and undefined-behaviour
//! sanitizers, and once as a driver's library.

use std::{env, error::Error, fs, path::Path};

const SANITIZE: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const LIBRARY: &[&str] = &["-shared", "-pthread", "-Wl,-soname,libcuda.so.1"];

fn main() -> Result<(), Box<dyn Error>> {
    for folder in ["build.rs", "cpp", "../kernels"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let out = env::var("OUT_DIR")?;
    let driver = Path::new(&out).join("driver");
    fs::create_dir_all(&driver)?;
    println!("cargo::rustc-env=EMULATED_DRIVER={}", driver.display());

    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").opt_level(1).debug(true).extra_warnings(true).warnings_into_errors(true);
    build
        .flag("-Wno-unknown-pragmas")
        .define("ISOCORTEX_EMULATOR", None)
        .include("cpp")
        .include("../kernels");
    let compiler = build.get_compiler();
    for (name, main, flags) in [
        ("emulator", "cpp/server.cpp", &[][..]),
        ("emulator_sanitized", "cpp/server.cpp", SANITIZE),
        ("driver/libcuda.so.1", "cpp/driver.cpp", LIBRARY),
    ] {
        let path = Path::new(&out).join(name);
        let sources = ["cpp/fibers.cpp", "cpp/kernels.cpp", main];
        if !compiler.to_command().args(sources).args(flags).arg("-o").arg(&path).status()?.success() {
            return Err(format!("the C++ compiler did not make {name}").into());
        }
        if main == "cpp/server.cpp" {
            println!("cargo::rustc-env={}={}", name.to_uppercase(), path.display());
        }
    }
    Ok(())
}
