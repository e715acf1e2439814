//! A process that commits, unwinds and prunes is killed at any moment; what it acknowledged is there, whole.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use alloy_primitives::{B256, Bytes, U256};
use isocortex_state::{History, StateChanges, StateError, Store};

use crate::model::{Model, account, address, commit, create, small};

const DIRECTORY: &str = "ISOCORTEX_CRASH_TEST_DIRECTORY";
const SALT: &str = "ISOCORTEX_CRASH_TEST_SALT";
/// Kills, spread over so many chains that each stays short and is verified whole every time.
const KILLS: u64 = 520;
const CHAINS: u64 = 26;
/// Blocks that the process takes off now and then.
const BACK: u64 = 3;

/// What block `number` does, as changes and to the model: balances, slots that come and go, an account
/// that is deleted and made anew. A function of the number alone.
fn block(number: u64, model: &mut Model) -> StateChanges {
    let mut changes = StateChanges::default();
    let who = address((number % 7) as u8 + 1);
    if number % 5 == 4 {
        model.0.remove(&who);
        changes.delete_account(who);
    } else {
        let code = vec![number as u8; 100];
        model.set(who, account(number, number * 3, &code));
        changes.set_account(who, number, U256::from(number * 3), Bytes::from(code));
        for slot in number..number + 20 {
            let (slot, value) = (U256::from(slot % 64), U256::from(number % 3));
            model.slot(who, slot, value);
            changes.set_slot(who, slot, value);
        }
    }
    changes
}

/// Bytes that do not compress; now and then so many that memory is flushed while the test runs.
fn transcript(number: u64) -> Vec<u8> {
    let mut word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        word.to_le_bytes()
    };
    (0..if number.is_multiple_of(16) { 1 << 19 } else { 1 << 9 }).flat_map(|_| next()).collect()
}

/// Works until it is killed. Writes each head once it is on the disk, and before it goes back, where to.
#[test]
#[ignore = "the process that the crash test starts and kills"]
fn child() {
    let Some(directory) = env::var_os(DIRECTORY) else { return };
    let salt: u64 = env::var(SALT).unwrap().parse().unwrap();
    let store = match Store::open(&directory) {
        Err(StateError::Missing(_)) => create(Path::new(&directory), &small()).unwrap(),
        store => store.unwrap(),
    };
    let mut out = std::io::stdout();
    let mut say = |number: u64| {
        writeln!(out, "\n{number}").unwrap();
        out.flush().unwrap();
    };
    say(store.head().number);
    let history = if salt.is_multiple_of(3) { History::Archive } else { History::Last(8 + salt % 5) };
    store.prune(history, |_, _| ()).unwrap();
    loop {
        let number = store.head().number + 1;
        if (number + salt).is_multiple_of(19) && number > 2 * BACK {
            let to = number - 1 - BACK;
            say(to);
            match store.unwind(to, |_, _| ()) {
                Ok(_) | Err(StateError::Pruned { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let number = store.head().number + 1;
        commit(&store, &block(number, &mut Model::default()), &transcript(number)).unwrap();
        say(number);
    }
}

fn start(path: &Path, salt: u64) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--ignored", "--nocapture"])
        .env(DIRECTORY, path)
        .env(SALT, salt.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// State roots of the blocks, as another trie has them.
struct Roots {
    model: Model,
    roots: Vec<B256>,
}

impl Roots {
    fn of(&mut self, number: u64) -> B256 {
        while self.roots.len() <= number as usize {
            block(self.roots.len() as u64, &mut self.model);
            self.roots.push(self.model.root());
        }
        self.roots[number as usize]
    }
}

#[derive(Default)]
struct Tally {
    blocks: u64,
    early: u64,
    backwards: u64,
}

/// One chain, whose process is killed again and again.
fn kill(chain: u64, kills: u64) -> Tally {
    let mut tally = Tally::default();
    let mut random = 0x2545_f491_4f6c_dd1d_u64.wrapping_mul(2 * chain + 1);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chain");
    let mut model = Model::default();
    model.set(address(1), account(0, 1000, b""));
    model.set(address(2), account(1, 0, b"code"));
    model.slot(address(2), U256::from(5), U256::from(6));
    let roots = vec![model.root()];
    let mut roots = Roots { model, roots };
    let mut done = 0u64;
    for _ in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = start(&path, random % 1000);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = None;
        // One in four dies at any point of opening, or of creating, and of its first steps.
        if !random.is_multiple_of(4) {
            acknowledged = lines.by_ref().find_map(|line| line.unwrap().parse::<u64>().ok());
        }
        sleep(Duration::from_micros((random >> 20) % 60_000));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            acknowledged = line.unwrap().parse().ok().or(acknowledged);
        }

        let store = match Store::open(&path) {
            Err(StateError::Missing(_)) if acknowledged.is_none() && done == 0 => {
                tally.early += 1;
                continue;
            }
            store => store.unwrap(),
        };
        let head = store.head();
        // Who said nothing may have got to its first step back, which takes this many.
        let floor = acknowledged.unwrap_or_else(|| done.saturating_sub(BACK));
        assert!(head.number >= floor, "lost {floor}, head is {}", head.number);
        if head.number > 0 {
            let kept = store.transcript(head.number).unwrap().unwrap();
            assert_eq!(kept, transcript(head.number));
        }
        assert_eq!(head.state_root, roots.of(head.number));
        assert_eq!(store.verify().unwrap().state_root, head.state_root);
        tally.blocks += head.number.saturating_sub(done);
        tally.backwards += u64::from(head.number < done);
        done = head.number;
    }
    tally
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let began = Instant::now();
    let mut all = Tally::default();
    std::thread::scope(|scope| {
        // Two at a time: one waits for its process or the disk while the other checks.
        let work =
            |half| (half..CHAINS).step_by(2).map(|chain| kill(chain, KILLS / CHAINS)).collect::<Vec<_>>();
        let halves = [0, 1].map(|half| scope.spawn(move || work(half)));
        for Tally { blocks, early, backwards } in halves.into_iter().flat_map(|half| half.join().unwrap()) {
            all.blocks += blocks;
            all.early += early;
            all.backwards += backwards;
        }
    });
    let Tally { blocks, early, backwards } = all;
    let seconds = began.elapsed().as_secs();
    println!(
        "{KILLS} kills in {seconds} s: {blocks} blocks, {early} before there was a chain, {backwards} found further back"
    );
    assert!(blocks > KILLS / 2);
}
