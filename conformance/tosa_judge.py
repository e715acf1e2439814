"""Judge: Arm's TOSA reference model, over its own generated tests of the integer profile."""

from importlib.metadata import version

import tosa_linear  # noqa: F401  (each adds its rules)
import tosa_move  # noqa: F401
from report import Report
from tosa_lower import NotCovered, lower
from tosa_tests import generate, read

FEW = 5  # tests an operator in the short form


def judge(engine, cache, short, seeds, only=""):
    report = Report("TOSA operator")
    for seed in seeds:
        folder = cache / f"tosa-{version('tosa-tools')}-{'short-' * short}{seed}"
        paths = [path for path in generate(folder, seed, FEW if short else 0) if only in path.name]
        for done, path in enumerate(paths):
            if done % 500 == 0:
                print(f"TOSA: test {done} of {len(paths)}", flush=True)
            one(engine, report, path)
    return report


def one(engine, report, path):
    test = read(path)
    try:
        low = lower(test)
    except NotCovered as why:
        return report.uncovered(test.op, str(why))
    expected = [array % (2 * low.moved) if low.moved else array - low.plus for array in test.expected()]
    report.compare(engine, test.op, test.name, low.model, low.runs, expected, low.moved, low.note)
