"""What was found: a row for each op and judge."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from engine import Disagreement, Refused


@dataclass
class Row:
    cases: int = 0
    equal: int = 0
    values: int = 0                                      # numbers in the equal cases
    different: list = field(default_factory=list)      # (case, what)
    uncovered: Counter = field(default_factory=Counter)  # reason: cases
    notes: Counter = field(default_factory=Counter)      # how some were made comparable
    ours: set = field(default_factory=set)             # the ops of ours that took part


class Report:
    def __init__(self, judge):
        self.judge, self.rows = judge, defaultdict(Row)

    def equal(self, op, values, ours, note=""):
        row = self.rows[op]
        if note:
            row.notes[note] += 1
        row.cases, row.equal, row.values = row.cases + 1, row.equal + 1, row.values + values
        row.ours |= ours

    def different(self, op, case, what):
        self.rows[op].cases += 1
        self.rows[op].different.append((case, what))
        print(f"DIFFERENT {self.judge} {op} {case}: {what}", flush=True)

    def uncovered(self, op, reason):
        self.rows[op].cases += 1
        self.rows[op].uncovered[reason] += 1

    @property
    def ok(self):
        return not any(row.different for row in self.rows.values())

    def compare(self, engine, op, case, model, runs, expected, moved=0, note=""):
        """Runs ours and says how it went. `expected`: the judge's numbers, all results joined."""
        try:
            answers = engine.run(model, runs)
        except Refused as refusal:
            return self.uncovered(op, f"the check refuses it: {generic(str(refusal))}")
        except Disagreement as fault:
            return self.different(op, case, str(fault))
        expected = np.concatenate([array.reshape(-1) for array in expected])
        what = difference(answers, expected, moved)
        if what:
            return self.different(op, case, what)
        return self.equal(op, expected.size, {node["op"]["op"] for node in model.nodes}, note)

    def table(self):
        head = (self.judge, "cases", "equal", "different", "not covered", "numbers", "our ops", "notes")
        lines = [cells(head), "|---" * len(head) + "|"]
        total = [0] * 5
        for op, row in sorted(self.rows.items()):
            counts = [row.cases, row.equal, len(row.different), sum(row.uncovered.values()), row.values]
            total = [a + b for a, b in zip(total, counts)]
            notes = [f"{n} not covered: {reason}" for reason, n in row.uncovered.most_common()]
            notes += [f"{n} with {note}" for note, n in row.notes.most_common()]
            lines.append(cells((op, *counts, ", ".join(sorted(row.ours)), "; ".join(notes))))
        return "\n".join([*lines, cells(("**all**", *total, "", ""))])


def difference(answers, expected, moved=0):
    """The first of ours that is not equal, and where; None if there is none."""
    for name, outputs in answers.items():
        found = np.concatenate([array.reshape(-1) for run in outputs for array in run]) + moved
        if found.shape != expected.shape:
            return f"{name}: {found.size} numbers, not {expected.size}"
        wrong = np.flatnonzero(found != expected)
        if wrong.size:
            i = wrong[0]
            return f"{name}: number {i} is {found[i]}, not {expected[i]}; {wrong.size} of {found.size} differ"
    return None


def cells(row):
    return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) + " |"


def generic(reason):
    """A refusal without the numbers of the case, so that alike ones are counted together."""
    return re.sub(r"^node \d+ \(?\w*\)?:? ?|channel \d+ reaches \d+, | can be -?\d+ to -?\d+,", "", reason)
