#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the programs of tests/guest on the host, the oracle, and then in the sandbox on each platform.

A program exits with 0 (pass), 77 (skip, the reason is on stdout) or anything else (fail). One that does not pass on the
host is a broken test and a failure of its own; it is not run in the sandbox, where its answer would mean nothing.
Programs named in tests/guest/static.list are linked statically. One line per result; the last line sums up.
"""
import argparse
import fnmatch
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIP = 77
CFLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-pthread"]


def programs(pattern):
    """Sources whose name matches: a glob, or any part of the name."""
    for source in sorted((ROOT / "tests/guest").glob("*.c")):
        if not pattern or fnmatch.fnmatch(source.stem, pattern) or pattern in source.stem:
            yield source


def static_names():
    listing = ROOT / "tests/guest/static.list"
    return set(listing.read_text().split()) if listing.is_file() else set()


def build(source, out_dir, is_static):
    """The program, or None and what the compiler said. Built again only if a source is newer."""
    program = out_dir / source.stem
    newest = max(p.stat().st_mtime for p in [source, *source.parent.glob("*.h")])
    if program.is_file() and program.stat().st_mtime > newest:
        return program, ""
    command = [os.environ.get("CC", "gcc"), *CFLAGS, "-o", str(program), str(source)]
    if is_static:
        command.append("-static")
    command += ["-lrt", "-lm"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return (program, "") if done.returncode == 0 else (None, done.stdout)


def run(command, seconds):
    """(exit status or None for a timeout, output). Whatever is left of the process group is killed."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            out, _ = process.communicate(timeout=seconds)
            status = process.returncode
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if status is None:
            out, _ = process.communicate()
    return status, out.decode(errors="replace")


class Results:
    def __init__(self):
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def add(self, verdict, name, where, seconds, detail=""):
        self.counts[verdict] += 1
        detail = detail.strip()
        print(f"{verdict} {name} [{where}] {seconds:.2f}s", end="")
        if verdict == "FAIL" and detail:
            print("\n" + "\n".join("     " + line for line in detail.splitlines()[-12:]))
        else:
            print(f" {detail.splitlines()[-1]}" if verdict == "SKIP" and detail else "")
        sys.stdout.flush()

    def judge(self, name, where, command, seconds):
        """Run, print, count; the verdict."""
        start = time.monotonic()
        status, out = run(command, seconds)
        took = time.monotonic() - start
        if status == 0:
            verdict, detail = "PASS", ""
        elif status == SKIP:
            verdict, detail = "SKIP", out
        elif status is None:
            verdict, detail = "FAIL", f"{out}\nstill running after {seconds} s"
        else:
            what = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
            verdict, detail = "FAIL", f"{out}\n{what}"
        self.add(verdict, name, where, took, detail)
        return verdict


def sandbox_command(caisson, platform, program):
    return [str(caisson), f"--platform={platform}", "do", "--", str(program)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--caisson", type=pathlib.Path, default=ROOT / "build/debug/caisson")
    parser.add_argument("--platforms", default="ptrace", help="comma separated")
    parser.add_argument("--host-only", action="store_true", help="test the tests")
    parser.add_argument("--timeout", type=float, default=60)
    args = parser.parse_args()

    platforms = [] if args.host_only else [p for p in args.platforms.split(",") if p]
    if platforms and not os.access(args.caisson, os.X_OK):
        print(f"there is no {args.caisson}: nothing to run guest programs in (./dev build debug makes it)")
        return 2
    out_dir = ROOT / "build/guest"
    out_dir.mkdir(parents=True, exist_ok=True)

    results, static = Results(), static_names()
    for source in programs(args.pattern):
        program, errors = build(source, out_dir, source.stem in static)
        if not program:
            results.add("FAIL", source.stem, "compile", 0, errors)
            continue
        verdict = results.judge(source.stem, "host", [str(program)], args.timeout)
        if verdict == "FAIL":
            print("     the test itself is wrong: it fails on the host")
        if verdict != "PASS":
            continue
        for platform in platforms:
            results.judge(source.stem, platform, sandbox_command(args.caisson, platform, program), args.timeout)

    counts = results.counts
    if sum(counts.values()) == 0:
        print(f"no guest program matches '{args.pattern}'")
        return 2
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
