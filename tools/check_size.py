#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Watch the tail: long files and long functions. Tables (*.def) are exempt.

usage: check_size.py ROOT      warnings above 500 lines a file and 60 a function; failures above 900 and 120
"""
import pathlib
import re
import sys

FILE_WARN, FILE_FAIL = 500, 900
FUNC_WARN, FUNC_FAIL = 60, 120
NAME = re.compile(r"(\w+)\s*\(")


def functions(lines):
    """(name, first line, number of lines) of each function: its braces stand in column 0."""
    head, start = "", None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}"):
            if start is not None and not line.startswith("};"):
                names = NAME.findall(head)
                yield (names[0] if names else head.strip()), start, number - start - 1
            start = None
        elif line[:1].isalpha() or line[:1] == "_":
            head = line


def judge(where, lines, warn, fail):
    """Print if over a limit; 1 if over the hard one."""
    if lines > fail:
        print(f"{where}: {lines} lines, at most {fail}: split it by idea")
        return 1
    if lines > warn:
        print(f"{where}: warning: {lines} lines, better at most {warn}")
    return 0


def main():
    root = pathlib.Path(sys.argv[1])
    bad = 0
    for top in ("src", "tests", "bench"):
        for file in sorted((root / top).rglob("*.[chS]")):
            path = file.relative_to(root).as_posix()
            lines = file.read_text().splitlines()
            bad += judge(path, len(lines), FILE_WARN, FILE_FAIL)
            if file.suffix == ".c" or file.suffix == ".h":
                for name, start, length in functions(lines):
                    bad += judge(f"{path}:{start}: {name}()", length, FUNC_WARN, FUNC_FAIL)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
