//! dev
use isocortex_ethereum_tests::*;
use std::sync::Arc;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let files = find(args[1].as_ref()).unwrap();
    let settings = Settings {
        engine: Arc::new(isocortex_vm::Engine::default()),
        filter: args.get(2).cloned().filter(|f| f != "-"),
        inference: args.get(3).is_some_and(|a| a == "inference"),
        threads: 2,
        trace: args
            .get(3)
            .filter(|a| *a == "trace")
            .map(|_| Arc::new(|| Box::new(std::io::stdout()) as Box<dyn std::io::Write>) as _),
    };
    let start = std::time::Instant::now();
    let s = run(&files, &settings, || {}).unwrap();
    println!("{}", serde_json::to_string_pretty(&s).unwrap());
    eprintln!("{:?} {:?}", s.total(), start.elapsed());
}
