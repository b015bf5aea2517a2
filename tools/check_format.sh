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
files() {
	find "${dirs[@]}" \( -name '*.c' -o -name '*.h' \) -print0
}

if [ "${2:-}" = --fix ]; then
	files | xargs -0 -r "$format" -i --style=file
	exit
fi
bad=0
while IFS= read -r -d '' file; do
	if ! "$format" --dry-run --Werror --style=file "$file" >/dev/null 2>&1; then
		echo "$file: not laid out as .clang-format says (./dev format does it)"
		bad=1
	fi
done < <(files)
exit $bad
