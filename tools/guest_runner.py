#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the programs of tests/guest on the host, the oracle, and then in the sandbox on each platform.

A program exits with 0 (pass), 77 (skip, the reason is on stdout) or anything else (fail). One that does not pass on the
host is a broken test and a failure of its own; it is not run in the sandbox, where its answer would mean nothing. (They
are written for root: with --unprivileged, one that fails on the host is skipped instead.)
Programs named in tests/guest/static.list are linked statically. One line per result; the last line sums up.
"""
import argparse
import fnmatch
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIP = 77
GUEST_SECONDS = 30  # as in tests/guest/guest.h
CFLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-pthread"]


def programs(patterns):
    """Sources whose name matches one of the patterns: a glob, or any part of the name."""
    for source in sorted((ROOT / "tests/guest").glob("*.c")):
        if not patterns or any(fnmatch.fnmatch(source.stem, p) or p in source.stem for p in patterns):
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


def find_built(source, out_dir):
    """As build(), where there may be no compiler."""
    program = out_dir / source.stem
    return (program, "") if program.is_file() else (None, f"there is no {program}")


def platforms_of(caisson):
    """The platforms of this build: what the program itself names when it is asked for one that cannot be."""
    done = subprocess.run([str(caisson), "--platform=?", "do", "--", "true"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    found = re.search(r"choose one of: ([\w, ]+)$", done.stdout, re.M)
    return [name.strip() for name in found[1].split(",")] if found else []


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

    def judge(self, name, where, command, seconds, excuse=None):
        """Run, print, count; the verdict. With an excuse, a failure is skipped and that is why."""
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
        if verdict == "FAIL" and excuse:
            verdict, detail = "SKIP", excuse
        self.add(verdict, name, where, took, detail)
        return verdict


def sandbox_command(args, platform, program):
    bound = ["taskset", "-c", str(args.cpu)] if args.cpu is not None else []
    return [*bound, str(args.caisson), f"--platform={platform}", *args.caisson_option, "do", "--", str(program)]


def reasons(texts, otherwise):
    """NAME=WHY or NAME alone -> {NAME: WHY}"""
    return {name: why or otherwise for name, _, why in (text.partition("=") for text in texts)}


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pattern", nargs="*", help="globs, or parts of names; all programs if not said")
    parser.add_argument("--caisson", type=pathlib.Path, default=ROOT / "build/debug/caisson")
    parser.add_argument("--platforms", help="comma separated; all of the build if not said")
    parser.add_argument("--caisson-option", action="append", default=[], metavar="OPTION",
                        help="one more global option, e.g. --caisson-option=--network=none")
    parser.add_argument("--cpu", type=int, help="keep the sandbox on this processor")
    parser.add_argument("--unprivileged", action="store_true", help="skip what fails on the host for this user")
    parser.add_argument("--prebuilt", action="store_true", help="take the programs of an earlier run, compile nothing")
    parser.add_argument("--build-only", action="store_true", help="compile and run nothing")
    parser.add_argument("--host-only", action="store_true", help="test the tests")
    parser.add_argument("--timeout", type=float, default=60, help="for one program, in seconds (%(default)s)")
    parser.add_argument("--slow", type=int, default=1, metavar="N", help="this machine is slow: N times as long for all")
    parser.add_argument("--excuse", action="append", default=[], metavar="NAME=WHY",
                        help="skip this program where it fails on the host, which is known to be wrong there")
    parser.add_argument("--leave-out", action="append", default=[], metavar="NAME=WHY", help="skip this program")
    args = parser.parse_args(argv)
    args.timeout *= args.slow
    args.excuses = reasons(args.excuse, "known to fail on this host")
    args.left_out = reasons(args.leave_out, "left out")
    return args


def on_host(results, name, program, args):
    """Whether the host, the oracle, lets the program pass."""
    excuse = args.excuses.get(name, "does not hold on the host for this user" if args.unprivileged else None)
    verdict = results.judge(name, "host", [str(program)], args.timeout, excuse)
    if verdict == "FAIL":
        print("     the test itself is wrong: it fails on the host")
    return verdict == "PASS"


def run_all(results, platforms, args):
    out_dir = ROOT / "build/guest"
    out_dir.mkdir(parents=True, exist_ok=True)
    static = static_names()
    for source in programs(args.pattern):
        name = source.stem
        if name in args.left_out:
            results.add("SKIP", name, "host", 0, args.left_out[name])
            continue
        program, errors = find_built(source, out_dir) if args.prebuilt else build(source, out_dir, name in static)
        if not program:
            results.add("FAIL", name, "compile", 0, errors)
        elif args.build_only:
            results.add("PASS", name, "compile", 0)
        elif on_host(results, name, program, args):
            for platform in platforms:
                results.judge(name, platform, sandbox_command(args, platform, program), args.timeout)


def main():
    args = parse(sys.argv[1:])
    platforms = []
    if not args.host_only and not args.build_only:
        if not os.access(args.caisson, os.X_OK):
            print(f"there is no {args.caisson}: nothing to run guest programs in (./dev build debug makes it)")
            return 2
        platforms = args.platforms.split(",") if args.platforms else platforms_of(args.caisson)
        if not platforms:
            print(f"{args.caisson} does not say which platforms it has")
            return 2

    if args.slow > 1:
        os.environ["CAISSON_GUEST_SECONDS"] = str(GUEST_SECONDS * args.slow)  # guest.h reads it
    results = Results()
    run_all(results, platforms, args)
    counts = results.counts
    if sum(counts.values()) == 0:
        print(f"no guest program matches '{' '.join(args.pattern)}'")
        return 2
    print(f"{counts['PASS']} passed, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
