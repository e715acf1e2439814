// Compute capability 9.0 as the PTX ISA promises it and no better: a product reads shared memory at its issue or as
// late as at the wait for it, by chance, and the registers of its sums hold noise until then; a bulk copy leaves noise
// until it lands, by chance or when nothing else can go on; what a thread has stored or copied and not fenced is noise
// for products.
#pragma GCC optimize("O3")  // these loops are most of what the emulation of a product takes
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "emulator.h"
#include "fibers.h"

namespace emulator {
namespace {

constexpr size_t CHUNK = 16, ATOM = 1024, WARPGROUP = 128;
constexpr int K = 32;  // bytes of k in a product

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

struct Product {
    uint64_t a, b;
};

struct Thread {
    std::vector<size_t> unfenced;  // chunks
    int* registers = nullptr;      // of the sums under way
    std::vector<int> sums;
    bool fenced = false;
    size_t issued = 0;
    std::vector<std::vector<Product>> groups{{}};  // the last one is open
};

// The block's shared memory that has no size at compile time. It begins anywhere at 16 bytes.
std::unique_ptr<char, decltype(&std::free)> memory{nullptr, &std::free};
size_t begin, end;
std::vector<bool> unseen;  // by the async proxy, for each chunk
std::map<const void*, Barrier> barriers;
std::vector<Bulk> bulks;
std::vector<Thread> threads;
std::vector<std::vector<Product>> warpgroups;  // products that some thread of it has issued

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

// Matrix Descriptor Format; Canonical Layouts, K-major with the 128-byte swizzle.
void load_row(int8_t* to, uint64_t descriptor, size_t row) {
    const size_t start = (descriptor & 0x3fff) << 4, stride = (descriptor >> 32 & 0x3fff) << 4;
    for (size_t k = 0; k < K; k += CHUNK) {
        size_t address = start + row % 8 * 128 + row / 8 * stride + k;
        address ^= (address >> 7 & 7) << 4;
        if (address < begin || address + CHUNK > end) fail("wgmma reads beyond the block's shared memory");
        if (unseen[address / CHUNK]) fill_with_noise(to + k, CHUNK);
        else std::memcpy(to + k, memory.get() + address, CHUNK);
    }
}

int dot(const int8_t* a, const int8_t* b) {
    int sum = 0;
    for (int k = 0; k < K; ++k) sum += a[k] * b[k];
    return sum;
}

// One thread's part. Matrix Fragments for wgmma.mma_async.m64nNk32: register i is row 16 * warp + lane / 4 +
// 8 * (i / 2 % 2), column 8 * (i / 4) + 2 * (lane % 4) + i % 2.
void multiply(size_t thread, const Product& product, std::vector<int>& sums) {
    const size_t warp = thread / 32 % 4, lane = thread % 32;
    int8_t a[2][K], b[2][K];
    for (size_t half = 0; half < 2; ++half) load_row(a[half], product.a, 16 * warp + lane / 4 + 8 * half);
    for (size_t i = 0; i < sums.size(); i += 4) {
        for (size_t odd = 0; odd < 2; ++odd) load_row(b[odd], product.b, 2 * i + lane % 4 * 2 + odd);
        for (size_t j = 0; j < 4; ++j)
            sums[i + j] = static_cast<int>(static_cast<unsigned>(sums[i + j]) +
                                           static_cast<unsigned>(dot(a[j / 2], b[j % 2])));
    }
}

void check(uint64_t descriptor) {
    constexpr uint64_t fields = 0x3fffull | 0x3fffull << 16 | 0x3fffull << 32 | 7ull << 49 | 3ull << 62;
    if (descriptor & ~fields) fail("a matrix descriptor with bits that have no meaning");
    if (descriptor >> 62 != 1) fail("a swizzle other than that of 128 bytes, which is not modelled");
    if (descriptor >> 49 & 7) fail("a matrix descriptor with a base offset, which is not modelled");
}

}  // namespace

void start_grid_shared(size_t bytes) {
    begin = noise_below(ATOM / CHUNK) * CHUNK;
    end = begin + bytes;
    void* fresh = nullptr;
    if (posix_memalign(&fresh, ATOM, end) != 0) throw std::runtime_error("no memory for a block's shared memory");
    memory.reset(static_cast<char*>(fresh));
}

void start_block_shared(size_t count) {
    fill_with_noise(memory.get() + begin, end - begin);
    unseen.assign(end / CHUNK + 1, false);
    barriers.clear();
    bulks.clear();
    threads.assign(count, {});
    warpgroups.assign((count + WARPGROUP - 1) / WARPGROUP, {});
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
        threads[running_thread()].unfenced.push_back(chunk);
    }
}

void proxy_fence(int label) {
    // Now and then a lane falls behind the others of its warp.
    for (int rounds = noise_below(32) == 0 ? 8 : 0; rounds > 0; --rounds) pause();
    if (left_out(label)) return;
    for (size_t chunk : threads[running_thread()].unfenced) unseen[chunk] = false;
    threads[running_thread()].unfenced.clear();
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

void wgmma_fence(int label) {
    warp_barrier(__LINE__);
    if (!left_out(label)) threads[running_thread()].fenced = true;
}

void wgmma_product(int* d, int columns, uint64_t a, uint64_t b) {
    check(a);
    check(b);
    const size_t thread = running_thread(), registers = static_cast<size_t>(columns) / 2;
    Thread& self = threads[thread];
    if (!self.registers) {
        self.registers = d;
        self.sums.assign(d, d + registers);
        if (!self.fenced) fill_with_noise(self.sums.data(), registers * sizeof(int));
    }
    if (self.registers != d || self.sums.size() != registers) fail("products into two sets of registers at once");
    fill_with_noise(d, registers * sizeof(int));
    auto& issued = warpgroups[thread / WARPGROUP];
    const Product product{a, b};
    if (self.issued == issued.size()) issued.push_back(product);
    const Product& same = issued[self.issued++];
    if (same.a != a || same.b != b) fail("threads of a warpgroup issue products of different matrices");
    if (noise_below(2) == 0) multiply(thread, product, self.sums);
    else self.groups.back().push_back(product);
}

void wgmma_commit() {
    warp_barrier(__LINE__);
    threads[running_thread()].groups.emplace_back();
}

void wgmma_wait(int label, size_t pending) {
    warp_barrier(__LINE__);
    if (left_out(label)) return;
    Thread& self = threads[running_thread()];
    for (; self.groups.size() > pending + 1; self.groups.erase(self.groups.begin()))
        for (const Product& product : self.groups.front()) multiply(running_thread(), product, self.sums);
    if (self.groups.size() > 1 || !self.groups.back().empty() || !self.registers) return;
    std::copy(self.sums.begin(), self.sums.end(), self.registers);
    self.registers = nullptr;
    self.fenced = false;
}

}  // namespace emulator
