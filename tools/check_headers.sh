#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, so that nobody has to know what to include before it.
# usage: check_headers.sh ROOT
set -u
root=${1:?usage: check_headers.sh ROOT}
cd "$root" || exit 2
cc=${CC:-gcc}
bad=0
while IFS= read -r header; do
	if ! printf '#include "%s"\n' "${header#src/}" |
		"$cc" -std=gnu17 -D_GNU_SOURCE -DCAISSON_DEBUG -Wall -Wextra -Wundef -Werror -Isrc -x c -fsyntax-only -; then
		echo "$header: does not compile alone"
		bad=1
	fi
done < <(find src -name '*.h' | sort)
exit $bad
