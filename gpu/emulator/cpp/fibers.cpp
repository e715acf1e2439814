// The scheduler: fibers that switch by `switch.h`, announced to the address sanitizer when it is there.
#include "fibers.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "emulator.h"
#include "switch.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
static void __sanitizer_start_switch_fiber(void**, const void*, size_t) {}
static void __sanitizer_finish_switch_fiber(void*, const void**, size_t*) {}
static void __asan_unpoison_memory_region(const void*, size_t) {}
#endif

emulator::Index threadIdx, blockIdx, blockDim;

// The linker's names for the ends of the section that holds every __shared__ variable.
extern "C" char __start_emulated_shared[], __stop_emulated_shared[];

namespace emulator {
namespace {

enum class State { ready, at_block_barrier, at_warp_barrier, at_mbarrier, done };
const char* const state_names[] = {"ready", "at a block barrier", "at a warp barrier", "at an mbarrier", "done"};

struct Fiber {
    Context context;
    char* stack = nullptr;
    void* fake_stack = nullptr;  // the address sanitizer's
    State state = State::ready;
    int place = 0;
    const void* mbarrier = nullptr;  // and the parity of the phase whose end it waits for
    int parity = 0;
    bool second = false;  // which of the warp's two fragments it used last
};

constexpr size_t WARP = 32, STACK = 256 * 1024, GUARD = 4096;

std::mt19937_64 noise;
std::vector<Fiber> fibers;
std::vector<Fragments> fragments;  // two a warp
std::string failure;
size_t running;
Context scheduler;
void* scheduler_fake_stack;
const void* scheduler_stack;
size_t scheduler_stack_size;
const std::function<void()>* body;
int dropped_barrier;

void to_scheduler(State state, int place) {
    Fiber& self = fibers[running];
    self.state = state;
    self.place = place;
    void** fake = state == State::done ? nullptr : &self.fake_stack;
    __sanitizer_start_switch_fiber(fake, scheduler_stack, scheduler_stack_size);
    switch_context(&self.context, &scheduler);
    __sanitizer_finish_switch_fiber(self.fake_stack, nullptr, nullptr);
}

void fiber_main() {
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_stack_size);
    (*body)();
    to_scheduler(State::done, 0);
}

void resume(size_t thread) {
    running = thread;
    threadIdx.x = static_cast<unsigned>(thread);
    Fiber& fiber = fibers[thread];
    __sanitizer_start_switch_fiber(&scheduler_fake_stack, fiber.stack, STACK);
    switch_context(&scheduler, &fiber.context);
    __sanitizer_finish_switch_fiber(scheduler_fake_stack, nullptr, nullptr);
}

void prepare(size_t threads) {
    while (fibers.size() < threads) {
        void* memory = mmap(nullptr, GUARD + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::runtime_error("no memory for a fiber's stack");
        mprotect(memory, GUARD, PROT_NONE);
        fibers.emplace_back();
        fibers.back().stack = static_cast<char*>(memory) + GUARD;
    }
    fragments.resize((threads + WARP - 1) / WARP * 2);
    for (size_t t = 0; t < threads; ++t) {
        Fiber& fiber = fibers[t];
        __asan_unpoison_memory_region(fiber.stack, STACK);
        start_context(&fiber.context, fiber.stack, STACK, fiber_main);
        fiber.state = State::ready;
    }
}

// Whether threads from..to all wait in `state` at one place.
bool together(size_t from, size_t to, State state) {
    for (size_t t = from; t < to; ++t)
        if (fibers[t].state != state || fibers[t].place != fibers[from].place) return false;
    return true;
}

void release(size_t from, size_t to) {
    for (size_t t = from; t < to; ++t) fibers[t].state = State::ready;
}

[[noreturn]] void deadlock(size_t threads) {
    std::string message = "deadlock in block " + std::to_string(blockIdx.x) + ":";
    for (size_t t = 0; t < threads; ++t) {
        const bool first = t == 0 || fibers[t].state != fibers[t - 1].state || fibers[t].place != fibers[t - 1].place;
        if (!first) continue;
        message += " thread " + std::to_string(t) + " " + state_names[static_cast<int>(fibers[t].state)] + " (line " +
                   std::to_string(fibers[t].place) + ");";
        if (message.size() > 1000) break;
    }
    throw std::runtime_error(message);
}

// Releases what waits together and returns the threads to run next. Half of the blocks, at random, run the
// warps that can go on in rounds; the other half always run the first such warp of an order drawn for the
// block, so that some warps get as far ahead of others as the barriers allow.
std::vector<size_t> next_threads(size_t threads, bool strict, const std::vector<size_t>& order) {
    if (together(0, threads, State::at_block_barrier)) release(0, threads);
    std::vector<size_t> next;
    bool done = true;
    for (size_t warp : order) {
        const size_t from = warp * WARP, to = std::min(from + WARP, threads);
        if (together(from, to, State::at_warp_barrier)) release(from, to);
        done = done && together(from, to, State::done);
        if (strict && !next.empty()) continue;
        for (size_t t = from; t < to; ++t) {
            Fiber& fiber = fibers[t];
            if (fiber.state == State::at_mbarrier && mbarrier_over(fiber.mbarrier, fiber.parity))
                fiber.state = State::ready;
            if (fiber.state == State::ready) next.push_back(t);
        }
    }
    if (next.empty() && !done) {
        if (!land_bulk()) deadlock(threads);
        return next_threads(threads, strict, order);
    }
    std::shuffle(next.begin(), next.end(), noise);
    return next;
}

void run_block(size_t threads) {
    prepare(threads);
    start_async(threads);
    start_block_shared(threads);
    start_block_products(threads);
    fill_with_noise(__start_emulated_shared, static_cast<size_t>(__stop_emulated_shared - __start_emulated_shared));
    std::vector<size_t> order((threads + WARP - 1) / WARP);
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), noise);
    const bool strict = noise() % 2 == 0, eager = noise() % 2 == 0;
    for (std::vector<size_t> next; !(next = next_threads(threads, strict, order)).empty();) {
        if (eager && noise() % 4 == 0) land_bulk();
        for (size_t t : next) {
            resume(t);
            if (!failure.empty()) throw std::runtime_error(std::exchange(failure, ""));
        }
    }
}

}  // namespace

void block_barrier(int label, int place) {
    if (label != dropped_barrier) to_scheduler(State::at_block_barrier, place);
}

bool left_out(int label) { return label != 0 && label == dropped_barrier; }

size_t running_thread() { return running; }

void pause() { to_scheduler(State::ready, 0); }

void wait_at_mbarrier(const void* barrier, int parity) {
    fibers[running].mbarrier = barrier;
    fibers[running].parity = parity;
    to_scheduler(State::at_mbarrier, 0);
}

void warp_barrier(int place) { to_scheduler(State::at_warp_barrier, place); }

Fragments& warp_fragments() { return fragments[running / WARP * 2]; }

Fragments& next_fragments() {
    bool& second = fibers[running].second;
    second = !second;
    return fragments[running / WARP * 2 + second];
}

void fail(const std::string& message) {
    failure = message;
    to_scheduler(State::done, 0);
}

void seed_noise(uint64_t seed) { noise.seed(seed); }

size_t noise_below(size_t count) { return noise() % count; }

void fill_with_noise(void* memory, size_t bytes) {
    unsigned char* at = static_cast<unsigned char*>(memory);
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        const uint64_t word = noise();
        std::memcpy(at + i, &word, std::min(bytes - i, sizeof word));
    }
}

void run_grid(const Options& options, unsigned blocks, unsigned threads, const std::function<void()>& kernel) {
    body = &kernel;
    dropped_barrier = options.dropped_barrier;
    blockDim.x = threads;
    start_grid_shared(options.shared);
    std::vector<unsigned> order(blocks);
    for (unsigned b = 0; b < blocks; ++b) order[b] = b;
    std::shuffle(order.begin(), order.end(), noise);
    for (unsigned b : order) {
        blockIdx.x = b;
        run_block(threads);
    }
}

}  // namespace emulator
