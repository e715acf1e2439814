// Products by a warpgroup as the PTX ISA promises them and no better: one reads shared memory at its issue or as late
// as at the wait for it, by chance, and the registers of its sums hold noise until then.
#pragma GCC optimize("O3")  // these loops are most of what the emulation of a product takes
#include <algorithm>
#include <vector>

#include "emulator.h"
#include "fibers.h"

namespace emulator {
namespace {

constexpr size_t CHUNK = 16, WARPGROUP = 128;
constexpr int K = 32;  // bytes of k in a product

struct Product {
    uint64_t a, b;
};

struct Thread {
    int* registers = nullptr;  // of the sums under way
    std::vector<int> sums;
    bool fenced = false;
    size_t issued = 0;
    std::vector<std::vector<Product>> groups{{}};  // the last one is open
};

std::vector<Thread> threads;
std::vector<std::vector<Product>> warpgroups;  // products that some thread of it has issued

// Matrix Descriptor Format; Canonical Layouts, K-major with the 128-byte swizzle.
void load_row(int8_t* to, uint64_t descriptor, size_t row) {
    const size_t start = (descriptor & 0x3fff) << 4, stride = (descriptor >> 32 & 0x3fff) << 4;
    for (size_t k = 0; k < K; k += CHUNK) {
        size_t address = start + row % 8 * 128 + row / 8 * stride + k;
        address ^= (address >> 7 & 7) << 4;
        read_async(to + k, address);
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

void start_block_products(size_t count) {
    threads.assign(count, {});
    warpgroups.assign((count + WARPGROUP - 1) / WARPGROUP, {});
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
