use crate::scripted::{ANSWER, Act, INPUT, Scripted, model, model_with};
use isocortex_inference::{Backend, Cpu, Error, Failover, Fault, Loaded, Metered, Metrics, Place, Reference};
use std::sync::{Arc, Mutex};

/// A failover from a scripted backend to the CPU, all counted, and what it said.
struct Rig {
    script: Scripted,
    backend: Failover,
    metrics: Arc<Metrics>,
    said: Arc<Mutex<Vec<String>>>,
}

fn rig() -> Rig {
    let said = Arc::new(Mutex::new(vec![]));
    let heard = Arc::clone(&said);
    let metrics = Arc::new(Metrics::with_notice(move |line| heard.lock().unwrap().push(line.to_owned())));
    let script = Scripted::default();
    let metered = |backend| Arc::new(Metered::new(backend, Arc::clone(&metrics)));
    let (first, second) = (metered(Arc::new(script.clone())), metered(Arc::new(Cpu::new(1).unwrap())));
    Rig { script, backend: Failover::new(first, second, Arc::clone(&metrics)), metrics, said }
}

impl Rig {
    fn load(&self) -> Box<dyn Loaded> {
        self.backend.load(model()).unwrap()
    }

    /// Runs a batch of three, which is right whoever answers; says who did.
    fn run(&self, loaded: &dyn Loaded) -> &'static str {
        let runs =
            || self.metrics.snapshot().backends.iter().map(|b| (b.backend, b.runs)).collect::<Vec<_>>();
        let before = runs();
        assert_eq!(loaded.run(&[INPUT; 3]).unwrap(), [ANSWER; 3]);
        runs().iter().find(|run| !before.contains(run)).unwrap().0
    }
}

const KINDS: [(Act, Fault, bool); 6] = [
    (Act::Fails(Fault::Memory), Fault::Memory, false),
    (Act::Fails(Fault::Other), Fault::Other, false),
    (Act::BlamesCaller, Fault::Other, false),
    (Act::Fails(Fault::Lost), Fault::Lost, true),
    (Act::Fails(Fault::TimeOut), Fault::TimeOut, true),
    (Act::Panics, Fault::Panic, true),
];

#[test]
fn every_fault_of_a_run_is_answered_by_the_second() {
    for (act, fault, lasts) in KINDS {
        let rig = rig();
        let loaded = rig.load();
        assert_eq!(rig.run(&*loaded), "scripted");
        rig.script.then([act]);
        assert_eq!(rig.run(&*loaded), "cpu", "{act:?}");
        let after = if lasts { "cpu" } else { "scripted" };
        assert_eq!(loaded.place().backend, after, "{act:?}");
        assert_eq!(rig.run(&*loaded), after, "{act:?}");
        let seen = rig.metrics.snapshot();
        assert_eq!(seen.failovers, [(fault, 1)]);
        assert_eq!(seen.left_alone.is_some(), lasts);
        assert!(seen.last_fault.unwrap().contains("cpu answers, with the same bits"));
    }
}

#[test]
fn every_fault_of_loading_puts_the_model_on_the_second() {
    for (act, fault, lasts) in KINDS {
        let rig = rig();
        rig.script.then([act]);
        let loaded = rig.load();
        assert_eq!(rig.run(&*loaded), "cpu", "{act:?}");
        let place = loaded.place();
        assert_eq!(place.backend, "cpu");
        assert!(place.because.is_some_and(|reason| !reason.is_empty()));
        assert_eq!(rig.metrics.snapshot().failovers, [(fault, 1)]);
        // Another model finds the first again, but where that is gone.
        let other = rig.load();
        assert_eq!(rig.run(&*other), if lasts { "cpu" } else { "scripted" }, "{act:?}");
    }
}

#[test]
fn every_fault_of_a_trace_is_answered_by_the_second() {
    let wanted = Reference.load(model()).unwrap().trace(INPUT).unwrap();
    for (act, ..) in KINDS {
        let rig = rig();
        let loaded = rig.load();
        rig.script.then([act]);
        assert_eq!(loaded.trace(INPUT).unwrap(), wanted);
        assert_eq!(loaded.trace(INPUT).unwrap(), wanted);
    }
}

#[test]
fn three_faults_in_a_row_are_the_last() {
    let rig = rig();
    let loaded = rig.load();
    let fails = Act::Fails(Fault::Other);
    rig.script.then([fails, fails, Act::Right, fails, fails, fails, Act::Right]);
    let who: Vec<_> = (0..8).map(|_| rig.run(&*loaded)).collect();
    assert_eq!(who, ["cpu", "cpu", "scripted", "cpu", "cpu", "cpu", "cpu", "cpu"]);
    assert_eq!(rig.script.left(), 1, "it was not asked again");
    let other = rig.backend.load(model_with(30)).unwrap();
    assert_eq!(other.place().backend, "cpu");
    assert_eq!(rig.script.left(), 1);
    let seen = rig.metrics.snapshot();
    assert_eq!(seen.failovers, [(Fault::Other, 5)]);
    assert!(seen.left_alone.unwrap().contains("scripted is left alone until the next start"));
    let said = rig.said.lock().unwrap();
    assert_eq!(said.len(), 2, "the first fault and the end: {said:?}");
}

#[test]
fn a_model_without_memory_leaves_the_others_where_they_are() {
    let rig = rig();
    let (large, small) = (rig.load(), rig.backend.load(model_with(30)).unwrap());
    for _ in 0..3 {
        rig.script.then([Act::Fails(Fault::Memory)]);
        assert_eq!(rig.run(&*large), "cpu");
    }
    assert_eq!(large.place().backend, "cpu");
    assert_eq!(small.place(), Place::from("scripted"));
    assert_eq!(rig.metrics.snapshot().left_alone, None);
}

#[test]
fn what_is_not_hidden() {
    let rig = rig();
    let loaded = rig.load();
    rig.script.then([Act::Fails(Fault::Lost)]);
    let short = loaded.run(&[INPUT, &INPUT[1..]]).unwrap_err();
    assert!(matches!(short, Error::InputLength { index: 1, wanted: 3, got: 2 }), "{short}");
    assert!(matches!(loaded.trace(&[]), Err(Error::InputLength { .. })));
    assert_eq!(rig.script.left(), 1, "the caller's fault reaches no backend");
    assert_eq!(rig.metrics.snapshot().failovers, []);

    let rig = self::rig();
    let loaded = rig.load();
    rig.script.then([Act::Fails(Fault::Wrong), Act::Fails(Fault::Wrong)]);
    assert!(matches!(loaded.run(&[INPUT]), Err(Error::Device { fault: Fault::Wrong, .. })));
    assert!(matches!(rig.backend.load(model()), Err(Error::Device { fault: Fault::Wrong, .. })));
    assert_eq!(rig.metrics.snapshot().failovers, []);
}

#[test]
fn where_both_fail_it_is_an_error_of_the_second() {
    let (first, second) = (Scripted::default(), Scripted::default());
    let backend = Failover::new(Arc::new(first.clone()), Arc::new(second.clone()), Arc::default());
    let loaded = backend.load(model()).unwrap();
    first.then([Act::Fails(Fault::Other)]);
    second.then([Act::Right, Act::Fails(Fault::Memory)]);
    assert!(matches!(loaded.run(&[INPUT]), Err(Error::Device { fault: Fault::Memory, .. })));
    assert_eq!(loaded.run(&[INPUT]).unwrap(), [ANSWER]);
    first.then([Act::Fails(Fault::Other)]);
    second.then([Act::Fails(Fault::Memory)]);
    assert!(backend.load(model()).is_err());
}

#[test]
fn threads_share_a_model_while_its_device_goes() {
    let rig = rig();
    let loaded = rig.load();
    rig.script.then([Act::Right; 20]);
    rig.script.then([Act::Fails(Fault::Lost); 4]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(loaded.run(&[INPUT]).unwrap(), [ANSWER])));
        }
    });
    let seen = rig.metrics.snapshot();
    assert_eq!(seen.backends.iter().map(|b| b.runs).sum::<u64>(), 200);
    assert_eq!(seen.backends.iter().map(|b| b.inputs).sum::<u64>(), 200);
    assert_eq!(rig.said.lock().unwrap().iter().filter(|line| line.contains("left alone")).count(), 1);
}

#[test]
fn what_is_counted() {
    let rig = rig();
    let loaded = rig.load();
    rig.run(&*loaded);
    rig.script.then([Act::Fails(Fault::Memory)]);
    rig.run(&*loaded);
    rig.run(&*loaded);
    let seen = rig.metrics.snapshot();
    let [cpu, scripted] = &seen.backends[..] else { panic!("{seen:?}") };
    assert_eq!((cpu.backend, cpu.models, cpu.runs, cpu.inputs), ("cpu", 1, 1, 3));
    assert_eq!((scripted.backend, scripted.models, scripted.runs, scripted.inputs), ("scripted", 1, 2, 6));
    assert_eq!((scripted.input_bytes, scripted.output_bytes), (18, 48));
    assert_eq!((&cpu.faults[..], &scripted.faults[..]), (&[][..], &[(Fault::Memory, 1)][..]));
}
