#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every source below src/ is built: the meson.build of its directory, or of one above it, names it.

usage: check_listed.py ROOT
"""
import pathlib
import re
import sys

STRING = re.compile(r"'([^']+\.[cS])'")


def listed(src):
    """The sources that some meson.build names, relative to src/. Comments do not count."""
    names = set()
    for build in src.rglob("meson.build"):
        text = re.sub(r"#.*", "", build.read_text())
        names |= {(build.parent / name).relative_to(src).as_posix() for name in STRING.findall(text)}
    return names


def main():
    src = pathlib.Path(sys.argv[1]) / "src"
    there = {p.relative_to(src).as_posix() for p in src.rglob("*.[cS]")}
    missing = sorted(there - listed(src))
    for path in missing:
        print(f"src/{path}: named by no meson.build, so it is never built or run")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
