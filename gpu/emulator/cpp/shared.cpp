// Shared memory of compute capability 9.0 as the PTX ISA promises it and no better: a bulk copy leaves noise until it
// lands, by chance or when nothing else can go on; what a thread has stored or copied and not fenced is noise for the
// async proxy; barriers count arrivals and bytes.
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "emulator.h"
#include "fibers.h"

namespace emulator {
namespace {

constexpr size_t CHUNK = 16, ATOM = 1024;

struct Barrier {
    int arrivals, pending;
    int64_t bytes = 0;  // still to come in this phase
    unsigned phase = 0;
    size_t owner;
    bool fenced = false;  // whether the async proxy may count at it
};

struct Bulk {
    char* to;
    const char* from;
    size_t bytes;
    const void* barrier;
};

// The block's shared memory that has no size at compile time. It begins anywhere at 16 bytes.
std::unique_ptr<char, decltype(&std::free)> memory{nullptr, &std::free};
size_t begin, end;
std::vector<bool> unseen;  // by the async proxy, for each chunk
std::map<const void*, Barrier> barriers;
std::vector<Bulk> bulks;
std::vector<std::vector<size_t>> unfenced;  // chunks that a thread has written

bool inside(const void* p, size_t bytes) {
    const char *at = static_cast<const char*>(p), *first = memory.get() + begin;
    return at >= first && static_cast<size_t>(at - first) <= end - begin - bytes && bytes <= end - begin;
}

size_t offset(const void* p) { return static_cast<size_t>(static_cast<const char*>(p) - memory.get()); }

Barrier& find(const void* barrier) {
    const auto found = barriers.find(barrier);
    if (found == barriers.end()) fail("an mbarrier that nobody has initialised");
    return found->second;
}

void end_phase(Barrier& barrier) {
    if (barrier.pending != 0 || barrier.bytes != 0) return;
    barrier.pending = barrier.arrivals;
    ++barrier.phase;
}

}  // namespace

void start_grid_shared(size_t bytes) {
    begin = noise_below(ATOM / CHUNK) * CHUNK;
    end = begin + bytes;
    void* fresh = nullptr;
    if (posix_memalign(&fresh, ATOM, end) != 0) throw std::runtime_error("no memory for a block's shared memory");
    memory.reset(static_cast<char*>(fresh));
}

void start_block_shared(size_t threads) {
    fill_with_noise(memory.get() + begin, end - begin);
    unseen.assign(end / CHUNK + 1, false);
    barriers.clear();
    bulks.clear();
    unfenced.assign(threads, {});
}

void read_async(void* to, size_t address) {
    if (address < begin || address + CHUNK > end) fail("a read beyond the block's shared memory");
    if (unseen[address / CHUNK]) fill_with_noise(to, CHUNK);
    else std::memcpy(to, memory.get() + address, CHUNK);
}

int8_t* dynamic_shared() { return reinterpret_cast<int8_t*>(memory.get() + begin); }

unsigned shared_address(const void* p) {
    if (!inside(p, 0)) fail("an address outside of the dynamic shared memory");
    return static_cast<unsigned>(offset(p));
}

void written(const void* to, size_t bytes) {
    if (end == begin || !inside(to, bytes)) return;
    for (size_t chunk = offset(to) / CHUNK; chunk * CHUNK < offset(to) + bytes; ++chunk) {
        unseen[chunk] = true;
        unfenced[running_thread()].push_back(chunk);
    }
}

void proxy_fence(int label) {
    // Now and then a lane falls behind the others of its warp.
    for (int rounds = noise_below(32) == 0 ? 8 : 0; rounds > 0; --rounds) pause();
    if (left_out(label)) return;
    for (size_t chunk : unfenced[running_thread()]) unseen[chunk] = false;
    unfenced[running_thread()].clear();
    for (auto& [place, barrier] : barriers)
        if (barrier.owner == running_thread()) barrier.fenced = true;
}

void mbarrier_init(const void* barrier, int arrivals) {
    if (reinterpret_cast<uintptr_t>(barrier) % 8 != 0) fail("an mbarrier that is not 8-aligned");
    Barrier fresh{};
    fresh.arrivals = fresh.pending = arrivals;
    fresh.owner = running_thread();
    barriers[barrier] = fresh;
}

void mbarrier_arrive(int label, const void* barrier, int bytes) {
    if (left_out(label)) return;
    Barrier& found = find(barrier);
    found.bytes += bytes;
    if (--found.pending < 0) fail("more arrivals at an mbarrier than it expects");
    end_phase(found);
}

bool mbarrier_over(const void* barrier, int parity) {
    return static_cast<int>(barriers.at(barrier).phase % 2) != parity;
}

void mbarrier_wait(int label, const void* barrier, int parity) {
    if (left_out(label)) return;
    find(barrier);
    while (!mbarrier_over(barrier, parity)) wait_at_mbarrier(barrier, parity);
}

void copy_bulk(void* to, const void* from, int bytes, const void* barrier) {
    const auto misplaced = [](const void* p) { return reinterpret_cast<uintptr_t>(p) % CHUNK != 0; };
    if (misplaced(to) || misplaced(from) || bytes % 16 != 0) fail("a bulk copy that is not 16-aligned");
    if (!inside(to, static_cast<size_t>(bytes))) fail("a bulk copy beyond the block's shared memory");
    if (!find(barrier).fenced) fail("a bulk copy that counts at an mbarrier that was not fenced");
    const Bulk copy{static_cast<char*>(to), static_cast<const char*>(from), static_cast<size_t>(bytes), barrier};
    for (size_t chunk = 0; chunk < copy.bytes / CHUNK; ++chunk)
        if (unseen[offset(to) / CHUNK + chunk]) fail("a bulk copy over stores that were not fenced");
    fill_with_noise(to, copy.bytes);
    bulks.push_back(copy);
}

bool land_bulk() {
    if (bulks.empty()) return false;
    std::swap(bulks[noise_below(bulks.size())], bulks.back());
    const Bulk copy = bulks.back();
    bulks.pop_back();
    std::memcpy(copy.to, copy.from, copy.bytes);
    Barrier& barrier = barriers.at(copy.barrier);
    barrier.bytes -= static_cast<int64_t>(copy.bytes);
    end_phase(barrier);
    return true;
}

}  // namespace emulator
