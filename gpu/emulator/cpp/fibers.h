// Runs blocks of emulated threads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

namespace emulator {

struct Options {
    uint64_t seed = 0;
    // Label of a BLOCK_BARRIER to leave out, or 0: shows that the emulation notices.
    int dropped_barrier = 0;
};

// Runs `body` once for every thread of every block. Throws std::runtime_error on a deadlock.
void run_grid(const Options& options, unsigned blocks, unsigned threads, const std::function<void()>& body);

// Overwrites memory with noise that depends on the seed and on earlier calls.
void fill_with_noise(void* memory, size_t bytes);
void seed_noise(uint64_t seed);

}  // namespace emulator
