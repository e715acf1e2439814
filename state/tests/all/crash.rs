//! A process that commits is killed at any moment; what it acknowledged is there, whole.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use alloy_primitives::{Bytes, U256};
use isocortex_state::{StateChanges, StateError, Store};

use crate::model::{Model, account, address, commit, create};

const DIRECTORY: &str = "ISOCORTEX_CRASH_TEST_DIRECTORY";
const KILLS: u64 = 20;

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

/// Bytes that do not compress, enough of them a block that memory is flushed while the test runs.
fn transcript(number: u64) -> Vec<u8> {
    let mut word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        word.to_le_bytes()
    };
    (0..16_384).flat_map(|_| next()).collect()
}

/// Commits until it is killed, writing each number once its commit has returned.
#[test]
#[ignore = "the process that the crash test starts and kills"]
fn child() {
    let Some(directory) = env::var_os(DIRECTORY) else { return };
    let store = Store::open(directory).unwrap();
    let mut out = std::io::stdout();
    loop {
        let number = store.head().number + 1;
        commit(&store, &block(number, &mut Model::default()), &transcript(number)).unwrap();
        writeln!(out, "\n{number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path(), &StateChanges::default()).unwrap());
    let mut model = Model::default();
    let mut done = 0;
    for kill in 0..KILLS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--ignored", "--nocapture"])
            .env(DIRECTORY, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = lines.by_ref().find_map(|line| line.unwrap().parse::<u64>().ok()).unwrap();
        assert!(matches!(Store::open(dir.path()), Err(StateError::Locked(_))));
        // Spread over what a commit takes and over many of them.
        sleep(Duration::from_micros(kill * kill * 1_100 + kill * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            acknowledged = line.unwrap().parse().unwrap_or(acknowledged);
        }

        let store = Store::open(dir.path()).unwrap();
        let head = store.head();
        assert!(head.number >= acknowledged, "lost {acknowledged}, head is {}", head.number);
        for number in done + 1..=head.number {
            block(number, &mut model);
            assert_eq!(store.transcript(number).unwrap().unwrap(), transcript(number));
        }
        done = head.number;
        assert_eq!(head.state_root, model.root());
        assert_eq!(store.verify().unwrap().state_root, head.state_root);
        println!("kill {kill}: acknowledged {acknowledged}, head {}", head.number);
    }
    assert!(done > KILLS);
}
