"""Arm's test generator, for the integer profile and the 16-bit extension.

    tosa_generate.py FEW -o FOLDER [its other arguments]

FEW is how many tests an operator, evenly out of those that it lists; 0 is all.
"""

import sys
from collections import defaultdict

from generator import tosa_verif_build_tests as build

PROFILE = ["--profile", "tosa-pro-int", "--extension", "tosa-ext-int16", "--test-type", "positive"]
# Operators without a counterpart, whose tests only cost time in the short form.
COVERED = "(?!conv3d|bitwise|clz|intdiv|logical_left|logical_right|dim|.*_shape)"


class Few(build.TosaTestSelectList):
    limit = 0

    def all(self, *args, **kwargs):
        tests = defaultdict(list)
        for test in super().all(*args, **kwargs):
            tests[test.opName].append(test)
        return [test for some in tests.values() for test in some[::max(1, -(-len(some) // self.limit))]]


def main():
    Few.limit, rest = int(sys.argv[1]), sys.argv[2:]
    if Few.limit:
        build.TosaTestSelectList = Few
        rest += ["--filter", COVERED]
    return build.main([*PROFILE, *rest])


if __name__ == "__main__":
    sys.exit(main())
