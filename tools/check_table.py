#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every row of the system call table has a handler, and says of itself only what its kind of support allows; a
call that claims to be complete is named by a program of tests/guest.

usage: check_table.py ROOT      exit status 77: there is no table or no handler yet
"""
import pathlib
import re
import sys

ROW = re.compile(r'^SYSCALL\(\s*(\d+),\s*(\w+),\s*(\w+),\s*"((?:[^"\\]|\\.)*)",\s*(\w+),\s*"((?:[^"\\]|\\.)*)"\)')
HANDLER = re.compile(r"^long (sys_\w+)\(struct task \*", re.M)
SUPPORT = ("SYS_FULL", "SYS_PARTIAL", "SYS_REFUSED", "SYS_NONE")


def faults(row, defined, seen, tested):
    number, name, handler, _, support, note = row
    if number in seen:
        yield f"number {number} stands twice"
    if support not in SUPPORT:
        yield f"support is {support}, not one of {', '.join(SUPPORT)}"
    if handler not in defined:
        yield f"no function {handler} in src/sentry/sys"
    if (handler == "sys_none") != (support == "SYS_NONE"):
        yield "SYS_NONE and sys_none go together"
    if support == "SYS_PARTIAL" and not note:
        yield "SYS_PARTIAL says what is missing"
    if support == "SYS_FULL" and not {name, "SYS_" + name} & tested:
        yield f"SYS_FULL, but no program of tests/guest names {name}"


def main():
    sys_dir = pathlib.Path(sys.argv[1]) / "src/sentry/sys"
    table = sys_dir / "table.def"
    sources = [p.read_text() for p in sorted(sys_dir.rglob("*.c")) if not p.name.endswith("_test.c")]
    if not table.is_file() or not sources:
        print("check_table: src/sentry/sys has no table or no handlers yet")
        return 77
    defined = {name for text in sources for name in HANDLER.findall(text)}
    programs = sorted((pathlib.Path(sys.argv[1]) / "tests/guest").glob("*.[ch]"))
    tested = {word for p in programs for word in re.findall(r"\w+", p.read_text())}
    bad, seen = 0, set()
    for number, line in enumerate(table.read_text().splitlines(), 1):
        if not line.startswith("SYSCALL("):
            continue
        match = ROW.match(line)
        for fault in faults(match.groups(), defined, seen, tested) if match else ["not a row that can be read"]:
            print(f"src/sentry/sys/table.def:{number}: {fault}")
            bad += 1
        if match:
            seen.add(match.group(1))
    if not seen:
        print("src/sentry/sys/table.def: no rows")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
