#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SPDX-License-Identifier: Apache-2.0
# `caisson do` as its user meets it: what passes through, what does not, and what it says when it cannot.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	caisson=${CAISSON:-$top/build/debug/caisson}
	scratch=$(mktemp -d)
}

teardown() {
	rm -rf "$scratch"
}

# The same command here and in the sandbox prints the same and ends the same.
same() {
	local here there here_status=0 there_status=0
	here=$("$@" 2>&1) || here_status=$?
	there=$("$caisson" do -- "$@" 2>&1) || there_status=$?
	[ "$here_status" = "$there_status" ] || { echo "status: here $here_status, there $there_status; $there"; return 1; }
	[ "$here" = "$there" ] || { diff <(echo "$here") <(echo "$there"); return 1; }
}

@test "a static and a dynamic program run" {
	same /bin/true
	same /bin/echo hello world
}

@test "exit statuses are a shell's" {
	run -7 "$caisson" do -- sh -c 'exit 7'
	run -137 "$caisson" do -- sh -c 'kill -9 $$'
	run -127 "$caisson" do -- /no/such/program
	[[ $output == *"/no/such/program"*"No such file or directory"* ]]
	run -127 "$caisson" do -- no-such-program-anywhere
	echo 'not a program' >"$scratch/text"
	run -126 "$caisson" do -- "$scratch/text"
	run -125 "$caisson" do
	run -125 "$caisson" --platform=none do -- true
}

@test "loops, pipes, arithmetic and a listing of /usr/bin" {
	same bash -c 'for i in 1 2 3; do echo $i; done | wc -l; ls -l /usr/bin | tail -1; echo $((6*7))'
}

@test "what is written to the root stays inside" {
	run -0 "$caisson" do -- bash -c "echo 42 > $scratch/x && cat $scratch/x"
	[ "$output" = 42 ]
	[ ! -e "$scratch/x" ]
}

@test "files of the host can be changed, removed and renamed inside, and stay as they are outside" {
	echo one >"$scratch/a"
	mkdir "$scratch/d"
	echo two >"$scratch/d/b"
	run -0 "$caisson" do -- bash -c "cd $scratch && echo more >> a && rm d/b && mv d e && chmod 600 a && cat a && ls"
	[ "$output" = $'one\nmore\na\ne' ]
	[ "$(cat "$scratch/a")" = one ]
	[ "$(cat "$scratch/d/b")" = two ]
}

@test "--overlay=none refuses writes" {
	run ! "$caisson" do --overlay=none -- sh -c "echo 1 > $scratch/x"
	[[ $output == *"Read-only file system"* ]]
}

@test "--rw lets writes to one directory through" {
	mkdir "$scratch/shared"
	run -0 "$caisson" do --rw "$scratch/shared" -- sh -c "echo out > $scratch/shared/f; echo in > $scratch/g"
	[ "$(cat "$scratch/shared/f")" = out ]
	[ ! -e "$scratch/g" ]
}

@test "stdin, working directory and environment pass through" {
	run -0 bash -c "echo from outside | $caisson do -- cat"
	[ "$output" = "from outside" ]
	cd "$scratch"
	run -0 "$caisson" do -- pwd
	[ "$output" = "$(pwd -P)" ]
	SOME_VARIABLE=seen run -0 "$caisson" do -- sh -c 'echo $SOME_VARIABLE'
	[ "$output" = seen ]
}

@test "closed stdio is closed inside" {
	run -0 bash -c "$caisson do -- sh -c 'echo x 2>/dev/null; echo \$? >&2' >&-"
	[[ $output == *1* ]]
}

@test "the kernel inside is ours" {
	run -0 "$caisson" do -- uname -srn
	[ "$output" = "Linux caisson 6.12.0-caisson" ]
	run -0 "$caisson" do --hostname box -- uname -n
	[ "$output" = box ]
}

@test "--strace=FILE logs the calls" {
	run -0 "$caisson" do --strace="$scratch/log" -- /bin/true
	grep -q 'execve\|brk' "$scratch/log"
	grep -q '+++ exited with 0 +++' "$scratch/log"
}

@test "SIGTERM to the command reaches the program" {
	"$caisson" do -- sh -c 'trap "echo got it; exit 3" TERM; echo ready; while :; do sleep 1; done' >"$scratch/out" &
	local pid=$!
	for _ in $(seq 100); do grep -q ready "$scratch/out" && break; sleep 0.1; done
	kill -TERM "$pid"
	local status=0
	wait "$pid" || status=$?
	[ "$status" = 3 ]
	grep -q 'got it' "$scratch/out"
}

@test "nothing is left behind when the command is killed" {
	"$caisson" do -- sleep 1000 &
	local pid=$!
	for _ in $(seq 100); do [ "$(pgrep -c -P "$pid")" -ge 2 ] && break; sleep 0.1; done
	local children
	children=$(pgrep -P "$pid" | tr '\n' ' ')
	kill -KILL "$pid"
	wait "$pid" || true
	for child in $children; do
		for _ in $(seq 50); do kill -0 "$child" 2>/dev/null || break; sleep 0.1; done
		run ! kill -0 "$child"
	done
}

@test "syscalls prints the table, for people and for scripts" {
	run -0 "$caisson" syscalls
	[[ $output == *"read"* ]]
	"$caisson" syscalls --json | python3 -c 'import json,sys; t=json.load(sys.stdin); assert len(t) > 300; assert {"number","name","support","note"} <= set(t[0])'
}
