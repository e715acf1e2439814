//! Numbers for test cases: the same for the same seed, on every machine, for ever.

/// A stream of numbers (SplitMix64).
pub(super) struct Draw {
    state: u64,
    /// The case's number.
    pub case: u64,
}

impl Draw {
    pub fn new(stream: u64, seed: u64) -> Self {
        let state = stream.wrapping_mul(0xd6e8_feb8_6659_fd93) ^ seed.wrapping_mul(0xa076_1d64_78bd_642f);
        Self { state, case: seed }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    /// From `lo` to `hi`, both included.
    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        let span = hi.wrapping_sub(lo) as u64;
        let offset = if span == u64::MAX { self.next() } else { self.next() % (span + 1) };
        lo.wrapping_add(offset as i64)
    }

    pub fn size(&mut self, lo: u32, hi: u32) -> u32 {
        self.between(lo.into(), hi.into()) as u32
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T], otherwise: T) -> T {
        let at = self.next() as usize % choices.len().max(1);
        choices.get(at).copied().unwrap_or(otherwise)
    }

    /// Often one of the ends.
    pub fn extreme(&mut self, lo: i32, hi: i32) -> i32 {
        match self.next() % 6 {
            0 => lo,
            1 => hi,
            _ => self.between(lo.into(), hi.into()) as i32,
        }
    }

    /// Two such numbers in order.
    pub fn ends(&mut self, lo: i32, hi: i32) -> (i32, i32) {
        let (a, b) = (self.extreme(lo, hi), self.extreme(lo, hi));
        (a.min(b), a.max(b))
    }

    pub fn i8s(&mut self, count: u32) -> Vec<i8> {
        (0..count).map(|_| self.extreme(-128, 127) as i8).collect()
    }

    pub fn i16s(&mut self, count: u32, lo: i16, hi: i16) -> Vec<i16> {
        (0..count).map(|_| self.extreme(lo.into(), hi.into()) as i16).collect()
    }

    pub fn i32s(&mut self, count: u32, lo: i32, hi: i32) -> Vec<i32> {
        (0..count).map(|_| self.extreme(lo, hi)).collect()
    }

    /// Bytes, every fourth word an extreme of some integer type.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![];
        while bytes.len() < count {
            let word = match self.next() % 8 {
                0 => 0x8000_0000_8000_8080_u64,
                1 => 0x7fff_ffff_7fff_7f7f,
                _ => self.next(),
            };
            bytes.extend(word.to_be_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}
