//! The peers rten and tract behind the protocol of bench/runner.py: load, say what one run gave, then time on demand.
//!
//!     isocortex-bench-peers rten|tract MODEL.onnx --shape 1,3,224,224 --input FILE --output FILE --threads 1
//!
//! The input file holds the first input, u8 or with `--dtype f32` floats; it is repeated to fill the shape. For each line `MILLISECONDS` on
//! standard input the model runs for about that long, and a line `{"median_ns": .., "runs": ..}` answers.

#[cfg(feature = "rten")]
mod rten_peer;
#[cfg(feature = "tract")]
mod tract_peer;

use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// What a peer runs.
struct Job {
    model: String,
    shape: Vec<usize>,
    input: Input,
    threads: usize,
}

enum Input {
    U8(Vec<u8>),
    F32(Vec<f32>),
}

/// One run: the bytes of the output.
type Run = Box<dyn FnMut() -> Result<Vec<u8>>>;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [peer, model, rest @ ..] = args.as_slice() else { bail!("usage: rten|tract MODEL.onnx --shape .. ") };
    let options: HashMap<&str, &str> =
        rest.chunks_exact(2).map(|pair| (pair[0].trim_start_matches('-'), pair[1].as_str())).collect();
    let option = |name: &str| options.get(name).copied().with_context(|| format!("--{name} is missing"));
    let shape = option("shape")?.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let (one, elements) = (std::fs::read(option("input")?)?, shape.iter().product());
    let input = match options.get("dtype") {
        None | Some(&"u8") => Input::U8(one.into_iter().cycle().take(elements).collect()),
        Some(&"f32") => {
            let one = one.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b));
            Input::F32(one.cycle().take(elements).collect())
        }
        Some(other) => bail!("no such type: {other}"),
    };
    let job = Job { model: model.clone(), shape, input, threads: option("threads")?.parse()? };
    let mut run = match peer.as_str() {
        #[cfg(feature = "rten")]
        "rten" => rten_peer::load(job)?,
        #[cfg(feature = "tract")]
        "tract" => tract_peer::load(job)?,
        _ => bail!("not built in: {peer}"),
    };
    std::fs::write(option("output")?, run()?)?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{{\"ready\": true}}")?;
    for line in std::io::stdin().lock().lines() {
        let (median, runs) = time(&mut run, Duration::from_millis(line?.trim().parse()?))?;
        writeln!(stdout, "{{\"median_ns\": {median}, \"runs\": {runs}}}")?;
        stdout.flush()?;
    }
    Ok(())
}

fn time(run: &mut Run, budget: Duration) -> Result<(u128, usize)> {
    let (mut times, start) = (vec![], Instant::now());
    while times.is_empty() || start.elapsed() < budget {
        let start = Instant::now();
        std::hint::black_box(run()?);
        times.push(start.elapsed().as_nanos());
    }
    times.sort_unstable();
    Ok((times[times.len() / 2], times.len()))
}
