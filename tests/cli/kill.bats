#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SPDX-License-Identifier: Apache-2.0
# A short `./dev torture`: processes of a sandbox are killed from outside, at random moments.

@test "whoever of a sandbox is killed, the others end, say why, and leave nothing" {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	run -0 "$top/tests/torture/run" "${CAISSON:-$top/build/debug/caisson}" 20 "$RANDOM"
}
