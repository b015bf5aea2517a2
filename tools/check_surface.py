#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The host calls that our own processes may make are the reviewed ones: nothing wider, nothing left over.

usage: check_surface.py CAISSON REVIEWED.json      what `CAISSON host-surface --json` prints, or a file of it
"""
import json
import pathlib
import subprocess
import sys

# So many different calls at most, whatever the platform.
MOST = {"sentry": 60, "gofer": 40}
KEY = ("syscall", "args", "when")


def surface(source):
    """process -> set of (syscall, args, when), from a program or a JSON file."""
    if source.endswith(".json"):
        text = pathlib.Path(source).read_text()
    else:
        text = subprocess.run([source, "host-surface", "--json"], stdout=subprocess.PIPE, text=True, check=True,
                              timeout=60).stdout
    rows = json.loads(text)["processes"]
    return {process: {tuple(row.get(k, "") for k in KEY) for row in rows[process]} for process in rows}


def show(process, row):
    return f"{process}: {row[0]}({row[1]})" + (f" [{row[2]}]" if row[2] else "")


def too_many(process, rows):
    """Each value of `when` joins the rows that always hold; those of platforms exclude each other."""
    for when in sorted({row[2] for row in rows} | {""}):
        calls = {row[0] for row in rows if row[2] in ("", when)}
        if len(calls) > MOST.get(process, len(calls)):
            print(f"{process}: {len(calls)} different host calls{' with ' + when if when else ''}, "
                  f"at most {MOST[process]}")
            return 1
    return 0


def main():
    now, reviewed = surface(sys.argv[1]), surface(sys.argv[2])
    bad = 0
    for process in sorted(set(now) | set(reviewed)):
        rows, known = now.get(process, set()), reviewed.get(process, set())
        for row in sorted(rows - known):
            print(f"{show(process, row)}: not reviewed: argue for it, then add it to {sys.argv[2]}")
            bad += 1
        for row in sorted(known - rows):
            print(f"{show(process, row)}: no longer allowed: take it out of {sys.argv[2]}")
            bad += 1
        bad += too_many(process, rows)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
