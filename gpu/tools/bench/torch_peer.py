"""Times PyTorch: torch._int_mm, the same integers as ours; and the networks in float16, another computation of the same
size. The protocol is bench.py's: a line in, a line of JSON out."""

import json
import statistics
import sys
import time

M64 = (1 << 64) - 1


def answer(**what):
    print(json.dumps(what), flush=True)


try:
    import numpy as np
    import torch
except ImportError as missing:
    answer(error=f"{missing.name} is missing")
    sys.exit(1)


def matrix(seed: int, n: int):
    """[n, n], as `random_bytes` makes it."""
    out = np.empty(n * n, np.int8)
    for begin in range(0, n * n, 1 << 22):
        i = np.arange(begin, min(begin + (1 << 22), n * n), dtype=np.uint64) | np.uint64(seed << 32)
        z = i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
        out[begin : begin + len(i)] = (z >> np.uint64(56)).astype(np.uint8).view(np.int8)
    return torch.from_numpy(out.reshape(n, n))


def digest(x) -> int:
    """As `digest` in Rust; 64-bit sums wrap in both."""
    words, total = x.reshape(-1), 0
    for begin in range(0, len(words), 1 << 24):
        part = words[begin : begin + (1 << 24)].to(torch.int64) & 0xFFFFFFFF
        weights = 2 * torch.arange(begin, begin + len(part), device=x.device) + 1
        total += int((part * weights).sum())
    return total & M64


def encoder():
    layer = torch.nn.TransformerEncoderLayer(384, 12, 1536, dropout=0.0, activation="gelu", batch_first=True)
    return torch.nn.TransformerEncoder(layer, 12, enable_nested_tensor=False), (128, 384)


def vision(name: str):
    try:
        import torchvision
    except ImportError:
        raise RuntimeError("torchvision is missing") from None
    return getattr(torchvision.models, name)(), (3, 224, 224)


def network(name: str, batch: int):
    """A function that runs the network once."""
    torch.manual_seed(5)
    model, shape = encoder() if name == "minilm" else vision(name)
    layout = torch.channels_last if len(shape) == 3 else torch.contiguous_format
    model = model.eval().half().cuda().to(memory_format=layout)
    x = torch.randn(batch, *shape, device="cuda", dtype=torch.float16).to(memory_format=layout)
    return lambda: model(x)


class Timer:
    """Graphs of a run repeated, between two events."""

    def __init__(self, run):
        self.run = run
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.last = run()
        torch.cuda.synchronize()
        once = self._graph(1)
        self._time(once)
        self.repeats = max(1, min(1000, int(1e6 / max(self._time(once), 1))))
        self.graph = self._graph(self.repeats)

    def _graph(self, repeats):
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(repeats):
                self.last = self.run()
        return graph

    def _time(self, graph) -> float:
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        graph.replay()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) * 1e6

    def median(self, milliseconds: int):
        times, start, budget = [], time.monotonic(), milliseconds / 1e3
        while not times or time.monotonic() - start < budget:
            ns = self._time(self.graph) / self.repeats
            if time.monotonic() - start > budget / 3:  # the first third warms up
                times.append(ns)
        return statistics.median(times), len(times) * self.repeats


def load(words):
    """A timer, and what is said of the answer."""
    if words[0] == "gemm":
        n = int(words[1])
        left, right = matrix(1, n).cuda(), matrix(2, n).cuda().t()
        timer = Timer(lambda: torch._int_mm(left, right))
        return timer, {"digest": str(digest(torch._int_mm(left, right)))}
    return Timer(network(words[1], int(words[2]))), {}


def serve():
    timer = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] in ("gemm", "network"):
                timer = None
                torch.cuda.empty_cache()
                timer, about = load(words)
                answer(**about)
            elif words[0] == "time" and timer:
                ns, runs = timer.median(int(words[1]))
                answer(median_ns=round(ns), runs=runs)
            else:
                answer(error=f"PyTorch has nothing for: {words[0]}")
        except Exception as error:  # a peer's fault is a line of the table, never the end of the run
            timer = None
            answer(error=(str(error) or type(error).__name__).splitlines()[0])


if __name__ == "__main__":
    if not torch.cuda.is_available():
        answer(error="PyTorch sees no card")
        sys.exit(1)
    with torch.inference_mode():
        answer(name=f"PyTorch {torch.__version__}", device=torch.cuda.get_device_name())
        serve()
