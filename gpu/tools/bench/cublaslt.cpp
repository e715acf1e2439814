// Times cuBLASLt's s8 x s8 -> s32 product. The protocol is bench.py's: a line in, a line of JSON out.
//
// Built where it runs: nvcc -O2 -std=c++17 -o cublaslt cublaslt.cpp -lcublasLt
#include <cublasLt.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void check(cudaError_t code) {
    if (code != cudaSuccess) throw std::runtime_error(cudaGetErrorString(code));
}

void check(cublasStatus_t code) {
    if (code != CUBLAS_STATUS_SUCCESS) throw std::runtime_error(std::string("cuBLASLt: ") + cublasLtGetStatusString(code));
}

// Entry i of a matrix, as `random_bytes` makes it.
int8_t entry(uint64_t seed, uint64_t i) {
    uint64_t z = (seed << 32 | i) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 32) * 0xd6e8feb86659fd93u;
    return static_cast<int8_t>(z >> 56);
}

template <class T>
struct Buffer {
    T* at = nullptr;
    explicit Buffer(size_t count) { check(cudaMalloc(&at, count * sizeof(T))); }
    Buffer(const Buffer&) = delete;
    ~Buffer() { cudaFree(at); }
};

// Row-major left [n, n] times the transposed row-major right [n, n]. Column-major, as cuBLAS sees it, the result is
// op_T(right) · left.
struct Product {
    static constexpr size_t WORKSPACE = size_t{64} << 20;
    static constexpr int CHOICES = 8;

    uint64_t n;
    Buffer<int8_t> left, right, workspace;
    Buffer<int32_t> out;
    cublasLtHandle_t handle;
    cudaStream_t stream;
    cublasLtMatmulDesc_t operation;
    cublasLtMatrixLayout_t square8, square32;
    cublasLtMatmulAlgo_t algorithm;

    Product(cublasLtHandle_t handle, cudaStream_t stream, uint64_t n)
        : n(n), left(n * n), right(n * n), workspace(WORKSPACE), out(n * n), handle(handle), stream(stream) {
        std::vector<int8_t> host(n * n);
        for (uint64_t seed : {1, 2}) {
            for (uint64_t i = 0; i < n * n; ++i) host[i] = entry(seed, i);
            check(cudaMemcpy(seed == 1 ? left.at : right.at, host.data(), host.size(), cudaMemcpyHostToDevice));
        }
        check(cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32I, CUDA_R_32I));
        const cublasOperation_t transposed = CUBLAS_OP_T;
        check(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed));
        check(cublasLtMatrixLayoutCreate(&square8, CUDA_R_8I, n, n, static_cast<int64_t>(n)));
        check(cublasLtMatrixLayoutCreate(&square32, CUDA_R_32I, n, n, static_cast<int64_t>(n)));
        choose();
    }

    Product(const Product&) = delete;
    ~Product() {
        cublasLtMatrixLayoutDestroy(square8);
        cublasLtMatrixLayoutDestroy(square32);
        cublasLtMatmulDescDestroy(operation);
    }

    // The fastest of the heuristics' first choices.
    void choose() {
        cublasLtMatmulPreference_t preference;
        const size_t most = WORKSPACE;
        check(cublasLtMatmulPreferenceCreate(&preference));
        check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most, sizeof most));
        cublasLtMatmulHeuristicResult_t found[CHOICES];
        int count = 0;
        check(cublasLtMatmulAlgoGetHeuristic(handle, operation, square8, square8, square32, square32, preference, CHOICES, found, &count));
        cublasLtMatmulPreferenceDestroy(preference);
        float best = 0;
        for (int i = 0; i < count; ++i) {
            if (found[i].state != CUBLAS_STATUS_SUCCESS) continue;
            const cublasLtMatmulAlgo_t before = algorithm;
            algorithm = found[i].algo;
            const float time = median(10, 50);
            if (best == 0 || time < best) best = time;
            else algorithm = before;
        }
        if (best == 0) throw std::runtime_error("cuBLASLt has no algorithm for this product");
    }

    void launch() {
        const int32_t alpha = 1, beta = 0;
        check(cublasLtMatmul(handle, operation, &alpha, right.at, square8, left.at, square8, &beta, out.at, square32,
                             out.at, square32, &algorithm, workspace.at, WORKSPACE, stream));
    }

    // Nanoseconds of one product: `repeats` of them in one graph between two events, for about `milliseconds`.
    float median(int repeats, long milliseconds, int* runs = nullptr) {
        cudaGraph_t graph;
        cudaGraphExec_t ready;
        cudaEvent_t begin, end;
        launch();
        check(cudaStreamSynchronize(stream));
        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
        for (int i = 0; i < repeats; ++i) launch();
        check(cudaStreamEndCapture(stream, &graph));
        check(cudaGraphInstantiate(&ready, graph, 0));
        check(cudaEventCreate(&begin));
        check(cudaEventCreate(&end));
        std::vector<float> times;
        const auto start = std::chrono::steady_clock::now();
        const auto budget = std::chrono::milliseconds(milliseconds);
        // The first third warms up.
        for (;;) {
            const auto spent = std::chrono::steady_clock::now() - start;
            if (spent > budget && !times.empty()) break;
            check(cudaEventRecord(begin, stream));
            check(cudaGraphLaunch(ready, stream));
            check(cudaEventRecord(end, stream));
            check(cudaEventSynchronize(end));
            float ms = 0;
            check(cudaEventElapsedTime(&ms, begin, end));
            if (spent > budget / 3) times.push_back(ms * 1e6f / static_cast<float>(repeats));
        }
        cudaEventDestroy(begin);
        cudaEventDestroy(end);
        cudaGraphExecDestroy(ready);
        cudaGraphDestroy(graph);
        std::sort(times.begin(), times.end());
        if (runs) *runs = static_cast<int>(times.size()) * repeats;
        return times[times.size() / 2];
    }

    uint64_t digest() {
        check(cudaMemset(out.at, 0xa5, n * n * sizeof(int32_t)));
        launch();
        check(cudaStreamSynchronize(stream));
        std::vector<uint32_t> host(n * n);
        check(cudaMemcpy(host.data(), out.at, host.size() * sizeof(uint32_t), cudaMemcpyDeviceToHost));
        uint64_t sum = 0;
        for (uint64_t i = 0; i < host.size(); ++i) sum += host[i] * (2 * i + 1);
        return sum;
    }
};

void answer(const std::string& json) { std::cout << "{" << json << "}" << std::endl; }

void serve() {
    cublasLtHandle_t handle;
    cudaStream_t stream;
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, 0));
    check(cudaStreamCreate(&stream));
    check(cublasLtCreate(&handle));
    answer("\"name\": \"cuBLASLt " + std::to_string(cublasLtGetVersion()) + "\", \"device\": \"" + properties.name + "\"");
    Product* product = nullptr;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string what;
        words >> what;
        try {
            if (what == "gemm") {
                uint64_t n = 0;
                words >> n;
                delete product;
                product = nullptr;
                product = new Product(handle, stream, n);
                answer("\"digest\": \"" + std::to_string(product->digest()) + "\"");
            } else if (what == "time" && product) {
                long milliseconds = 0;
                int runs = 0;
                words >> milliseconds;
                // Graphs of about a millisecond.
                const float once = product->median(10, 1);
                const int repeats = std::clamp(static_cast<int>(1e6f / once), 1, 1000);
                const float ns = product->median(repeats, milliseconds, &runs);
                answer("\"median_ns\": " + std::to_string(static_cast<long>(ns)) + ", \"runs\": " + std::to_string(runs));
            } else {
                answer("\"error\": \"cuBLASLt has nothing for: " + what + "\"");
            }
        } catch (const std::exception& error) {
            answer("\"error\": \"" + std::string(error.what()) + "\"");
        }
    }
    delete product;
}

}  // namespace

int main() {
    try {
        serve();
    } catch (const std::exception& error) {
        answer("\"error\": \"" + std::string(error.what()) + "\"");
        return 1;
    }
}
