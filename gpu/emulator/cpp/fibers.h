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
    // Bytes of dynamic shared memory.
    size_t shared = 0;
};

// Runs `body` once for every thread of every block. Throws std::runtime_error on a deadlock.
void run_grid(const Options& options, unsigned blocks, unsigned threads, const std::function<void()>& body);

// Overwrites memory with noise that depends on the seed and on earlier calls.
void fill_with_noise(void* memory, size_t bytes);
void seed_noise(uint64_t seed);
// A number below `count` that depends on them too.
size_t noise_below(size_t count);

// Of `shared.cpp` and `warpgroup.cpp`: what a grid, and each of its blocks, begins with.
void start_grid_shared(size_t bytes);
void start_block_shared(size_t threads);
void start_block_products(size_t threads);
// What the async proxy sees in the 16 bytes there.
void read_async(void* to, size_t address);
// Ends one of the bulk copies, if there is one.
bool land_bulk();
bool mbarrier_over(const void* barrier, int parity);
// Lets others run: once, until then.
void pause();
void wait_at_mbarrier(const void* barrier, int parity);

}  // namespace emulator
