#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sources look as .clang-format says.
# usage: check_format.sh ROOT [--fix]
set -u
cd "${1:?usage: check_format.sh ROOT [--fix]}" || exit 2
format=$(command -v clang-format-14 || command -v clang-format) || {
	echo "clang-format is not installed: run ./dev setup"
	exit 1
}
dirs=()
for d in src tests bench; do
	[ -d "$d" ] && dirs+=("$d")
done
mode=(--dry-run)
[ "${2:-}" = --fix ] && mode=(-i)
find "${dirs[@]}" \( -name '*.c' -o -name '*.h' \) -print0 |
	xargs -0 -r "$format" "${mode[@]}" --Werror --style=file
