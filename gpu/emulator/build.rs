//! Compiles the emulator with the kernels: once as it is, once under the address and undefined-behaviour
//! sanitizers, and once as a driver's library. An object is made again only where a source is newer.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
    time::SystemTime,
};

const SANITIZE: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
/// Where the kernels are listed.
const KERNELS: &str = "../src/kernel.rs";

/// One call of the compiler.
struct Unit {
    object: PathBuf,
    command: Command,
}

fn main() -> Result<(), Box<dyn Error>> {
    for folder in ["build.rs", "cpp", "broken", "../kernels", KERNELS] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let driver = out.join("driver");
    fs::create_dir_all(&driver)?;
    println!("cargo::rustc-env=EMULATED_DRIVER={}", driver.display());

    let mut build = cc::Build::new();
    build.cpp(true).std("c++17").opt_level(1).debug(true).extra_warnings(true).warnings_into_errors(true);
    build.flag("-Wno-unknown-pragmas").define("ISOCORTEX_EMULATOR", None);
    for folder in ["cpp", "broken", "../kernels"] {
        build.include(folder);
    }
    let compiler = build.get_compiler();

    let mut units = vec![];
    let (mut plain, mut sanitized) = (vec![], vec![]);
    for (folder, flags, objects) in
        [("plain", &["-fPIC"][..], &mut plain), ("sanitized", SANITIZE, &mut sanitized)]
    {
        let folder = out.join(folder);
        fs::create_dir_all(&folder)?;
        let mut add = |name: &str, source: &Path, defines: &[String]| {
            let object = folder.join(name).with_extension("o");
            let mut command = compiler.to_command();
            command.args(flags).args(defines).arg("-c").arg(source).arg("-o").arg(&object);
            objects.push(object.clone());
            units.push(Unit { object, command });
        };
        for main in ["async", "fibers", "kernels", "server", "driver", "shared", "warpgroup"] {
            add(main, &Path::new("cpp").join(main).with_extension("cpp"), &[]);
        }
        for Kernel { name: kernel, targets } in kernels()? {
            for target in targets {
                let defines = [format!("-DISOCORTEX_UNIT={kernel}"), format!("-DISOCORTEX_TARGET={target}")];
                add(&format!("{kernel}-{target}"), Path::new("cpp/unit.cpp"), &defines);
            }
        }
    }
    compile(units, newest_source()?)?;

    for (name, objects, without, flags) in [
        ("emulator", &plain, "driver.o", &[][..]),
        ("emulator_sanitized", &sanitized, "driver.o", SANITIZE),
        ("driver/libcuda.so.1", &plain, "server.o", &["-shared", "-pthread", "-Wl,-soname,libcuda.so.1"]),
    ] {
        let path = out.join(name);
        let mut link = compiler.to_command();
        link.args(objects.iter().filter(|o| !o.ends_with(without))).args(flags).arg("-o").arg(&path);
        run(link)?;
        if without == "driver.o" {
            println!("cargo::rustc-env={}={}", name.to_uppercase(), path.display());
        }
    }
    Ok(())
}

/// A `.cu` file and the targets that it is compiled for.
struct Kernel {
    name: String,
    targets: Vec<String>,
}

/// All of them.
fn kernels() -> Result<Vec<Kernel>, Box<dyn Error>> {
    // Variant "name" 1 2 [sm_61 sm_80],
    let parse = |line: &str| {
        let (rest, targets) = line.strip_suffix("],")?.split_once('[')?;
        let compute = |target: &str| target.trim_start_matches("sm_").trim_end_matches('a').into();
        let targets = targets.split(' ').map(compute);
        Some(Kernel { name: rest.split('"').nth(1)?.into(), targets: targets.collect() })
    };
    let mut kernels: Vec<_> = fs::read_to_string(KERNELS)?.lines().filter_map(parse).collect();
    for entry in fs::read_dir("broken")? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).map(String::from);
        kernels.extend(name.map(|name| Kernel { name, targets: vec!["61".into()] }));
    }
    Ok(kernels)
}

/// When the newest header or source of the emulator's own was written; a kernel's own file is asked by itself.
fn newest_source() -> Result<SystemTime, Box<dyn Error>> {
    let mut newest = fs::metadata("build.rs")?.modified()?;
    for folder in ["cpp", "../kernels"] {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.path().extension().is_none_or(|e| e != "cu") {
                newest = newest.max(entry.metadata()?.modified()?);
            }
        }
    }
    Ok(newest)
}

fn compile(units: Vec<Unit>, newest: SystemTime) -> Result<(), Box<dyn Error>> {
    let stale = |unit: &Unit| {
        let made = fs::metadata(&unit.object).and_then(|m| m.modified());
        let kernel = unit.object.file_stem().and_then(|s| s.to_str()).and_then(|s| s.split('-').next());
        let of = |folder: &str| fs::metadata(format!("{folder}/{}.cu", kernel.unwrap_or_default()));
        let source = of("broken").or_else(|_| of("../kernels")).and_then(|m| m.modified()).unwrap_or(newest);
        !made.is_ok_and(|made| made > newest && made > source)
    };
    let stale: Vec<_> = units.into_iter().filter(stale).collect();
    let (queue, failed) = (Mutex::new(stale.into_iter()), Mutex::new(None));
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(unit) = next() {
                    if let (Err(error), Ok(mut failed)) = (run(unit.command), failed.lock()) {
                        *failed = Some(error.to_string());
                    }
                }
            });
        }
    });
    match failed.into_inner() {
        Ok(Some(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

fn run(mut command: Command) -> Result<(), Box<dyn Error>> {
    if command.status()?.success() { Ok(()) } else { Err(format!("failed: {command:?}").into()) }
}
