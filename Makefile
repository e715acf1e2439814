# The two commands: `make demo` and `make test`. Both first install what this machine lacks and say so.
SHELL := bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_PROGRESS_WHEN ?= auto
# Where rustup puts cargo, for a shell that does not know it yet.
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

# Every cargo call is in the release profile: one build of the dependencies serves them all.
CARGO := eval "$$(scripts/rocksdb.sh)"; cargo

.PHONY: help demo test test-tools build lint generated conformance bench bench-cpu bench-evm gpu-test gpu-bench gpu-kit ptx vectors second-client clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

build: ## build the isocortex binary into target/release
	@scripts/setup.sh
	$(CARGO) build --release --locked --package isocortex-node

demo: build ## a trained network on chain, called by a Solidity contract, replayed by a second process
	@"$${CARGO_TARGET_DIR:-target}"/release/isocortex demo $(DEMO)

test: test-tools ## all tests; says at the end how many ran
	@scripts/test.sh

test-tools: ## what the tests need beyond the build: Node.js with solc, Python with NumPy
	@scripts/setup.sh test

lint: ## formatting, clippy and docs, warnings denied
	@scripts/setup.sh
	cargo fmt --all --check
	scripts/floats.sh
	$(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps

generated: test-tools ## are the committed PTX and driver symbols what their generators make?
	@gpu/ptx.sh --check
	cargo metadata --locked --format-version 1 | gpu/libcuda/generate.py --check

conformance: ## TOSA's reference model, onnxruntime and random graphs judge the op set; SHORT=1 for a few an op
	@scripts/setup.sh test
	@scripts/conformance.sh $(if $(SHORT),--short,--table docs/conformance.md) $(CONFORMANCE)
	export ISOCORTEX_BULK=$(if $(SHORT),100,10000) PYTHON="$$(scripts/python.sh --which)"
	$(CARGO) test --release --locked --package isocortex-testvectors --test bulk -- --nocapture

bench: ## criterion benches: loading, inference, blocks of inferences
	@scripts/setup.sh
	$(CARGO) bench --locked --workspace

bench-cpu: build test-tools ## our CPU backend beside onnxruntime's int8, rten and tract in the same run
	@scripts/bench-cpu.sh $(ARGS)

bench-evm: ## blocks: execution, roots and commit, beside bare revm and alloy-evm's executor in the same run
	@scripts/setup.sh
	$(CARGO) build --quiet --release --locked --package isocortex-bench-evm
	"$${CARGO_TARGET_DIR:-target}"/release/bench-evm --dir "$${CARGO_TARGET_DIR:-target}" $(ARGS)

gpu-test: ## every kernel on this machine's NVIDIA card against the reference; needs Rust or the kit
	@scripts/gpu-test.sh $(ARGS)

gpu-bench: ## the kernels on this machine's NVIDIA card beside cuBLASLt and PyTorch in the same run
	@scripts/gpu-bench.sh $(ARGS)

gpu-kit: ## what a machine with a card and without Rust needs for these two, into gpu-kit/
	@scripts/setup.sh
	@scripts/gpu-kit.sh

ptx: test-tools ## compile the CUDA kernels again with the pinned compiler
	@gpu/ptx.sh

second-client: build test-tools ## the demo's blocks and the vectors' by Ethereum's Python execution spec; DEMO="--images 200" for more
	@scripts/second-client.sh $(DEMO)

vectors: build ## make the test vectors again with the Python implementation (an explicit act)
	@scripts/python.sh testvectors/python/generate.py
	@testvectors/make-chain.sh

clean: ## remove build outputs (the kept RocksDB library stays in the cache)
	@cargo clean
