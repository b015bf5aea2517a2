#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Count single tests in meson's testlog.json, from what cmocka printed.

usage: count_unit.py TESTLOG      prints: PASSED FAILED SKIPPED
"""
import json
import re
import sys

SUMS = {"passed": re.compile(r"\[  PASSED  \] (\d+) test\(s\)"),
        "failed": re.compile(r"\[  FAILED  \] \w*:? *(\d+) test\(s\)"),
        "skipped": re.compile(r"\[  SKIPPED \] \w*:? *(\d+) test\(s\)")}


def count(entry):
    """(passed, failed, skipped) of one program. One that failed without saying how is one failure."""
    text = entry.get("stdout", "") + entry.get("stderr", "")
    numbers = [sum(int(n) for n in SUMS[kind].findall(text)) for kind in ("passed", "failed", "skipped")]
    if entry["result"] not in ("OK", "SKIP") and numbers[1] == 0:
        numbers[1] = 1
    if sum(numbers) == 0:
        numbers[0 if entry["result"] == "OK" else 2] = 1
    return numbers


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        rows = [count(json.loads(line)) for line in log if line.strip()]
    if not rows:
        return 1
    print(*(sum(column) for column in zip(*rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
