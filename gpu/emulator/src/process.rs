//! The emulator's process and the commands that `server.cpp` reads.

use crate::Options;
use isocortex_gpu::{Error, Fault, Products};
use std::{
    io::{self, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

/// Bytes of one allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub handle: u32,
    pub offset: u64,
    pub bytes: u64,
}

impl Range {
    fn written(self) -> Vec<u8> {
        let Self { handle, offset, bytes } = self;
        [&handle.to_le_bytes()[..], &offset.to_le_bytes(), &bytes.to_le_bytes()].concat()
    }
}

fn fault(what: impl Into<String>, reason: impl ToString) -> Error {
    Error::Device { fault: Fault::Other, what: what.into(), reason: reason.to_string() }
}

impl Process {
    pub fn start(options: Options) -> Result<Self, Error> {
        let Options { seed, products, sanitize, dropped_barrier } = options;
        let target = match products {
            Products::Small | Products::Rows => "61",
            Products::Large => "80",
            Products::Wgmma | Products::AllWgmma => "90",
        };
        let mut child = Command::new(if sanitize { env!("EMULATOR_SANITIZED") } else { env!("EMULATOR") })
            .args([seed.to_string().as_str(), target, &dropped_barrier.to_string()])
            // The process is ended, not wound down: what it holds then is no leak.
            .env("ASAN_OPTIONS", "detect_leaks=0")
            .env("UBSAN_OPTIONS", "print_stacktrace=1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| fault("starting the emulator", e))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output }),
            _ => Err(fault("starting the emulator", "no pipes")),
        }
    }

    pub fn alloc(&mut self, bytes: usize) -> Result<u32, Error> {
        let mut handle = [0; 4];
        self.ask("allocating", &[b"a", &(bytes as u64).to_le_bytes()], &mut handle)?;
        Ok(u32::from_le_bytes(handle))
    }

    pub fn free(&mut self, handle: u32) -> Result<(), Error> {
        self.ask("freeing", &[b"f", &handle.to_le_bytes()], &mut [])
    }

    pub fn upload(&mut self, to: Range, bytes: &[u8]) -> Result<(), Error> {
        let to = Range { bytes: bytes.len() as u64, ..to }.written();
        self.ask("copying to the device", &[b"u", &to, bytes], &mut [])
    }

    pub fn download(&mut self, from: Range, bytes: &mut [u8]) -> Result<(), Error> {
        let from = Range { bytes: bytes.len() as u64, ..from }.written();
        self.ask("copying from the device", &[b"d", &from], bytes)
    }

    /// A block has so many threads, and so many bytes of shared memory besides what its variables take.
    pub fn launch(
        &mut self,
        kernel: &str,
        blocks: u32,
        (threads, shared): (u32, u32),
        memory: &[Range],
        ints: &[i32],
    ) -> Result<(), Error> {
        let name = kernel.as_bytes();
        let mut command = b"l".to_vec();
        command.extend((name.len() as u32).to_le_bytes());
        command.extend(name);
        command.extend([blocks, threads, shared, memory.len() as u32].into_iter().flat_map(u32::to_le_bytes));
        command.extend(memory.iter().flat_map(|range| range.written()));
        command.extend((ints.len() as u32).to_le_bytes());
        command.extend(ints.iter().flat_map(|i| i.to_le_bytes()));
        self.ask(&format!("kernel {kernel}"), &[&command], &mut [])
    }

    /// Sends a command and reads its answer into `answer`.
    fn ask(&mut self, what: &str, command: &[&[u8]], answer: &mut [u8]) -> Result<(), Error> {
        match self.exchange(command, answer) {
            Ok(None) => Ok(()),
            Ok(Some(message)) => Err(fault(what, message)),
            // The process is gone, and all that it held.
            Err(error) => {
                Err(Error::Device { fault: Fault::Lost, what: what.into(), reason: self.last_words(&error) })
            }
        }
    }

    fn exchange(&mut self, command: &[&[u8]], answer: &mut [u8]) -> io::Result<Option<String>> {
        command.iter().try_for_each(|part| self.input.write_all(part))?;
        self.input.flush()?;
        let mut status = [0; 1];
        self.output.read_exact(&mut status)?;
        if status == [0] {
            return self.output.read_exact(answer).map(|()| None);
        }
        let mut size = [0; 4];
        self.output.read_exact(&mut size)?;
        let mut message = vec![0; u32::from_le_bytes(size) as usize];
        self.output.read_exact(&mut message)?;
        Ok(Some(String::from_utf8_lossy(&message).into_owned()))
    }

    /// What a process that has died left on its standard error.
    fn last_words(&mut self, error: &io::Error) -> String {
        let mut words = String::new();
        if let Some(mut stream) = self.child.stderr.take() {
            let _ = stream.read_to_string(&mut words);
        }
        let status = self.child.wait().map_or_else(|e| e.to_string(), |s| s.to_string());
        format!("the emulator ended ({status}): {error}\n{words}")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a kernel of `broken.cu` writes with 64 threads.
    fn run(kernel: &str, options: Options) -> Result<Vec<u8>, String> {
        let mut process = Process::start(options).unwrap();
        let y = process.alloc(256).unwrap();
        let y = Range { handle: y, offset: 0, bytes: 256 };
        process.launch(kernel, 1, (64, 0), &[y], &[64]).map_err(|e| e.to_string())?;
        let mut bytes = vec![0; 256];
        process.download(y, &mut bytes).map_err(|e| e.to_string())?;
        Ok(bytes)
    }

    #[test]
    fn deadlocks_are_named() {
        let error = run("broken_deadlock", Options::default()).unwrap_err();
        assert!(error.contains("kernel broken_deadlock: deadlock in block 0"), "{error}");
        assert!(error.contains("thread 7 done") && error.contains("thread 8 at a block barrier"), "{error}");
        for kernel in ["broken_divergence", "broken_shuffle"] {
            let error = run(kernel, Options::default()).unwrap_err();
            assert!(error.contains("deadlock"), "{error}");
        }
    }

    /// Each seed runs the threads in another order, and fills memory with other noise.
    #[test]
    fn races_and_unwritten_memory_show() {
        for kernel in ["broken_race", "broken_uninitialised"] {
            let of = |seed| run(kernel, Options { seed, ..Options::default() }).unwrap();
            assert_ne!(of(1), of(2), "{kernel}");
            assert_eq!(of(1), of(1), "{kernel}: one seed, one run");
        }
    }

    #[test]
    fn the_sanitizer_sees_the_first_byte_beyond() {
        let error = run("broken_overrun", Options { sanitize: true, ..Options::default() }).unwrap_err();
        assert!(error.contains("heap-buffer-overflow") && error.contains("broken_overrun.cu"), "{error}");
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let mut process = Process::start(Options::default()).unwrap();
        let y = Range { handle: process.alloc(4).unwrap(), offset: 0, bytes: 4 };
        for (kernel, memory, ints) in
            [("none", &[y][..], &[1][..]), ("clamp", &[y], &[1]), ("clamp", &[y, y], &[1])]
        {
            assert!(process.launch(kernel, 1, (32, 0), memory, ints).is_err());
        }
        assert!(
            process
                .launch("broken_overrun", 1, (32, 0), &[Range { handle: y.handle + 1, ..y }], &[0])
                .is_err()
        );
        for range in [Range { bytes: 5, ..y }, Range { offset: 1, ..y }, Range { offset: u64::MAX, ..y }] {
            assert!(process.launch("broken_overrun", 1, (32, 0), &[range], &[0]).is_err());
            assert!(process.upload(Range { offset: range.offset, ..y }, &[0; 5]).is_err());
        }
        assert!(process.upload(y, &[0; 5]).is_err());
        assert!(process.download(y, &mut [0; 5]).is_err());
        process.free(y.handle).unwrap();
        assert!(process.upload(y, &[0; 4]).is_err());
    }
}
