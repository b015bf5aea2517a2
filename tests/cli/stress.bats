#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SPDX-License-Identifier: Apache-2.0
# A short `./dev stress`: everything at once for a few seconds, and fewer of everything.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export CAISSON=${CAISSON:-$top/build/debug/caisson}
}

@test "everything at once: no wrong result, nothing left behind" {
	run -0 "$top/tests/stress/run" "$CAISSON" 3 --ways=plain
}

@test "many of everything" {
	CAISSON_SCALE=10 run -0 bats "$top/tests/stress"
}
