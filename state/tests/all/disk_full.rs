//! A device without room, or read-only: a clear error, the last committed block whole, and going on once there is room.
//! Needs a small file system of its own, so root on Linux; elsewhere it says that nothing was measured.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use alloy_primitives::U256;
use isocortex_state::{StateChanges, StateError, Store};

use crate::model::{address, commit, create, small};

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let status = Command::new(program).args(arguments).arg(path).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        run("umount", &[], self.0);
    }
}

#[test]
fn a_full_disk_keeps_the_last_block() {
    let dir = tempfile::tempdir().unwrap();
    if !run("mount", &["-t", "tmpfs", "-o", "size=24m", "tmpfs"], dir.path()) {
        println!("NOT MEASURED: a full disk; mounting a tmpfs needs root");
        return;
    }
    let mounted = Mounted(dir.path());
    let path = dir.path().join("chain");
    let store = create(&path, &small()).unwrap();
    // Does not compress: a block that is full of one repeated byte would.
    let transcript: Vec<u8> = (0u64..1 << 17)
        .flat_map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ i << 7).to_le_bytes())
        .collect();
    let mut changes = StateChanges::default();
    let error = loop {
        let number = store.head().number + 1;
        assert!(number < 100, "the disk never filled");
        changes.set_slot(address(2), U256::from(5), U256::from(number));
        if let Err(error) = commit(&store, &changes, &transcript) {
            break error;
        }
    };
    assert!(matches!(error, StateError::Full { .. }), "{error}");
    let head = store.head();
    assert!(head.number > 5);
    assert_eq!(store.storage(address(2), U256::from(5)).unwrap(), U256::from(head.number));
    assert_eq!(store.verify().unwrap().state_root, head.state_root);
    drop(store);

    assert!(run("mount", &["-o", "remount,size=96m"], dir.path()));
    let store = Store::open(&path).unwrap();
    assert_eq!(store.head(), head);
    assert_eq!(store.verify().unwrap().state_root, head.state_root);
    commit(&store, &changes, &transcript).unwrap();
    store.verify().unwrap();
    drop(store);
    drop(mounted);
}

/// A device that the kernel has made read-only, as it does after errors: a clear error, nothing lost.
#[test]
fn a_read_only_disk_keeps_the_last_block() {
    let dir = tempfile::tempdir().unwrap();
    if !run("mount", &["-t", "tmpfs", "-o", "size=64m", "tmpfs"], dir.path()) {
        println!("NOT MEASURED: a read-only disk; mounting a tmpfs needs root");
        return;
    }
    let mounted = Mounted(dir.path());
    let path = dir.path().join("chain");
    let store = create(&path, &small()).unwrap();
    let mut changes = StateChanges::default();
    changes.set_slot(address(2), U256::from(5), U256::from(7));
    let head = commit(&store, &changes, b"").unwrap();
    drop(store);

    assert!(run("mount", &["-o", "remount,ro"], dir.path()));
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StateError::ReadOnly { .. }), "{error}");

    assert!(run("mount", &["-o", "remount,rw"], dir.path()));
    let store = Store::open(&path).unwrap();
    assert_eq!(store.head(), head);
    assert_eq!(store.verify().unwrap().state_root, head.state_root);
    commit(&store, &changes, b"").unwrap();
    drop(store);
    drop(mounted);
}
