#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SPDX-License-Identifier: Apache-2.0
# A sandbox in which nothing happens costs nothing: none of its host threads wakes up.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	caisson=${CAISSON:-$top/build/debug/caisson}
	scratch=$(mktemp -d)
	mkfifo "$scratch/in" "$scratch/out"
	pid=
}

teardown() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	exec 7>&- 8<&-
	rm -rf "$scratch"
}

# start COMMAND...: run it in a sandbox until it has printed "ready"; its standard input stays open and empty.
start() {
	"$caisson" "do" -- "$@" <"$scratch/in" >"$scratch/out" 7>&- &
	pid=$!
	exec 7>"$scratch/in" 8<"$scratch/out"
	read -r -t 20 line <&8
	[ "$line" = ready ]
}

family() {
	local p
	for p in "$@"; do
		echo "$p"
		# shellcheck disable=SC2046 # a list
		family $(pgrep -P "$p")
	done
}

# The sum of all context switches of all threads of the sandbox, and how many threads there are.
switches() {
	local p
	for p in $(family "$pid"); do
		cat /proc/"$p"/task/*/status
	done | awk '/ctxt_switches/ { n += $2 } /^Pid:/ { t++ } END { print n, t }'
}

# Whatever was still settling has settled once two looks agree (a second is what the unotify platform gives a stub that was
# told to stop); then three seconds are counted.
stays_asleep() {
	local before="" now
	for _ in $(seq 50); do
		now=$(switches)
		[ "$now" != "$before" ] || break
		before=$now
		sleep 1.3
	done
	sleep 3
	now=$(switches)
	echo "switches and threads before: $before, after: $now"
	[ "$now" = "$before" ]
	[ "${now#* }" -ge 4 ]
}

@test "sleep 1000 makes no wake-ups" {
	start sh -c 'echo ready; exec sleep 1000'
	stays_asleep
}

@test "a shell that waits for input makes no wake-ups" {
	start sh -c 'echo ready; read -r x; echo "$x"'
	stays_asleep
	echo go >&7
	read -r -t 10 line <&8
	[ "$line" = go ]
}

@test "fifty sleeping processes make no wake-ups" {
	start sh -c 'for i in $(seq 50); do sleep 1000 & done; echo ready; wait'
	stays_asleep
}

@test "poll, select, epoll, futex and sigsuspend without a timeout make no wake-ups" {
	start python3 -c '
import os, select, signal, threading
r, w = os.pipe()
ep = select.epoll()
ep.register(r, select.EPOLLIN)
p = select.poll()
p.register(r, select.POLLIN)
for wait in (ep.poll, p.poll, lambda: select.select([r], [], []), threading.Event().wait, lambda: os.read(r, 1)):
	threading.Thread(target=wait, daemon=True).start()
os.write(1, b"ready\n")
signal.pause()'
	stays_asleep
}

@test "a hundred threads that sleep make no wake-ups, on either platform" {
	scale=$scratch/scale
	"${CC:-gcc}" -std=gnu17 -O1 -pthread -o "$scale" "$top/tests/stress/scale/scale.c"
	for platform in unotify ptrace; do
		"$caisson" --platform="$platform" "do" -- "$scale" sleepers 100 <"$scratch/in" >"$scratch/out" 7>&- &
		pid=$!
		exec 7>"$scratch/in" 8<"$scratch/out"
		read -r -t 60 line <&8
		[ "$line" = ready ]
		stays_asleep
		exec 7>&- 8<&-
		wait "$pid"
		pid=
	done
}
