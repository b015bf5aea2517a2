#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes go down the list of rooms of docs/ARCHITECTURE.md, private headers stay at home, every file has a room.

usage: check_includes.py ROOT      prints one line per breach; exit status 1 if there is any
"""
import pathlib
import re
import sys

# Lowest first. A file may include its own room and rooms before it.
ROOMS = """abi base guest host wire net platform sentry/core sentry/mm sentry/vfs sentry/fs sentry/socket
sentry/signal sentry/seccomp sentry/ipc sentry/loader sentry/task sentry/proc sentry/sys sentry/run
sentry/boot gofer oci runtime shim systemd""".split()

# Rooms that see less than what lies below them.
ONLY = {
    "oci": {"abi", "base"},
    "gofer": {"abi", "base", "host", "wire"},
    "runtime": {"abi", "base", "host", "wire", "oci"},
    "shim": {"abi", "base", "host", "wire", "oci"},
    "systemd": {"abi", "base"},
}
# ... and the single headers that they see besides.
ENTRY = {"runtime": {"sentry/boot/boot.h", "gofer/gofer.h"}}

# Files of src/ itself.
TOP = {"meson.build"}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def room_of(path):
    """The room of a path below src/, or None. Rooms do not nest, so there is at most one."""
    for room in ROOMS:
        if path.startswith(room + "/"):
            return room
    return None


def is_test(path):
    """Tests, and what several tests share (test_guest.h)."""
    return path.endswith(("_test.c", "_fuzz.c")) or pathlib.PurePath(path).name.startswith("test_")


def home(path):
    """The directory of a file; code for one processor lives in its x86_64/ and belongs to the same one."""
    parent = pathlib.PurePath(path).parent
    return parent.parent if parent.name == "x86_64" else parent


def breach(src, path, target):
    """Why `path` may not include `target` (both relative to src/), or None."""
    mine, theirs = room_of(path), room_of(target)
    if not (src / target).is_file():
        return "no such file: includes are written from src/"
    if theirs is None:
        return "that file is in no room"
    if target.endswith("_priv.h") and home(path) != home(target):
        return "a private header is for its own directory only"
    if target == "base/test.h" and not is_test(path):
        return "base/test.h is for *_test.c and test_* only"
    if mine == theirs or target in ENTRY.get(mine, ()):
        return None
    if mine in ONLY:
        return None if theirs in ONLY[mine] else f"{mine} may use only {', '.join(sorted(ONLY[mine]))}"
    if ROOMS.index(theirs) > ROOMS.index(mine):
        return f"points up: {theirs} lies above {mine}"
    return None


def main():
    src = pathlib.Path(sys.argv[1]) / "src"
    bad = 0
    for file in sorted(p for p in src.rglob("*") if p.is_file()):
        path = file.relative_to(src).as_posix()
        if path in TOP:
            continue
        if room_of(path) is None:
            print(f"src/{path}: is in no room (docs/ARCHITECTURE.md lists them)")
            bad += 1
            continue
        if file.suffix not in (".c", ".h", ".S", ".def"):
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            why = breach(src, path, match.group(1)) if match else None
            if why:
                print(f'src/{path}:{number}: includes "{match.group(1)}": {why}')
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
