#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SPDX-License-Identifier: Apache-2.0
# Many threads, processes and files, on each platform; and what is left when a stub is killed from outside.
# CAISSON_SCALE=N divides all numbers by N.

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	mkdir -p "$top/build/stress"
	export SCALE=$top/build/stress/scale
	"${CC:-gcc}" -std=gnu17 -O1 -g -Wall -Wextra -pthread -o "$SCALE" "$top/tests/stress/scale/scale.c"
}

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	caisson=${CAISSON:-$top/build/debug/caisson}
	part=${CAISSON_SCALE:-1}
	scratch=$(mktemp -d)
	mkfifo "$scratch/in" "$scratch/out"
	pid=
}

teardown() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	exec 7>&- 8<&-
	rm -rf "$scratch"
}

# on_each VERB NUMBER: on the host, then in a sandbox on each platform.
on_each() {
	local n=$(($2 / part)) platform
	run -0 timeout 600 "$SCALE" "$1" "$n"
	for platform in unotify ptrace; do
		run -0 timeout 600 "$caisson" --platform="$platform" "do" -- "$SCALE" "$1" "$n"
	done
}

# start PLATFORM COMMAND...: run it in a sandbox; its standard input stays open, descriptor 8 reads its output.
start() {
	"$caisson" --platform="$1" "do" -- "${@:2}" <"$scratch/in" >"$scratch/out" 7>&- &
	pid=$!
	exec 7>"$scratch/in" 8<"$scratch/out"
}

expect_line() {
	local line
	read -r -t 60 line <&8
	echo "said: $line"
	[ "$line" = "$1" ]
}

threads_of() {
	# shellcheck disable=SC2012 # numbers
	ls "/proc/$1/task" 2>/dev/null | wc -l
}

# The process with the most threads among those whose parent is this one.
largest_child() {
	local p
	for p in $(pgrep -P "$1"); do
		echo "$(threads_of "$p") $p"
	done | sort -n | tail -n 1 | cut -d ' ' -f 2
}

sentry_kib() {
	awk '/^VmRSS/ { print $2 }' "/proc/$(largest_child "$pid")/status"
}

@test "2,000 threads at once, each told by futex and by signal" {
	on_each threads 2000
}

@test "200 processes at once" {
	on_each processes 200
}

@test "a child of a child ..., 200 deep" {
	on_each chain 200
}

@test "200,000 files in a tmpfs, while the host allows 4,096 descriptors" {
	local platform
	for platform in unotify ptrace; do
		run -0 timeout 900 prlimit --nofile=4096:4096 \
			"$caisson" --platform="$platform" "do" -- "$SCALE" files $((200000 / part))
	done
}

@test "10,000 forks, one after the other, leave nothing behind" {
	local platform first="" i
	for platform in unotify ptrace; do
		start "$platform" "$SCALE" forks $((10000 / part / 1000 * 1000 + 2000))
		expect_line .
		first=$(sentry_kib)
		for ((i = 10000 / part / 1000; i > 0; i--)); do
			expect_line .
			[ "$i" != 1 ] || echo "KiB of the Sentry: $first, then $(sentry_kib)"
			[ "$i" != 1 ] || [ "$(sentry_kib)" -le $((first + 4096)) ]
		done
		expect_line .
		exec 7>&- 8<&-
		wait "$pid"
		pid=
	done
}

@test "a stub that is killed from outside ends its guest process, and nothing else" {
	local platform stub
	for platform in unotify ptrace; do
		# shellcheck disable=SC2016 # of the shell inside
		start "$platform" sh -c 'exec 3<&0
			"$1" busy 30 & a=$!
			"$1" sleepers 4 <&3 & b=$!
			wait $a; echo "first $?"
			wait $b; echo "second $?"' sh "$SCALE"
		expect_line ready
		expect_line ready
		stub=$(largest_child "$(largest_child "$pid")")
		[ "$(threads_of "$stub")" -ge 30 ]
		kill -KILL "$stub"
		expect_line "first 137"
		exec 7>&-
		expect_line "second 0"
		wait "$pid"
		pid=
		exec 8<&-
	done
}
