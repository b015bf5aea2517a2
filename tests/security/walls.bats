#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SPDX-License-Identifier: Apache-2.0
# The wall around our own processes, seen from inside and outside. Each attack has a control that succeeds without it.

setup_file() {
	export bin=$BATS_FILE_TMPDIR
	for p in inject entries poor; do
		gcc -O1 -D_GNU_SOURCE -o "$bin/$p" "$BATS_TEST_DIRNAME/$p.c"
	done
	chmod 755 "$bin"
}

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	caisson=${CAISSON:-$top/build/debug/caisson}
	scratch=$(mktemp -d)
	chmod 777 "$scratch"
	pid=
}

teardown() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	rm -rf "$scratch"
}

# Start a sandbox that lives; sets pid, sentry, gofer.
start() {
	"$caisson" --log="$scratch/log" "$@" do -- sleep 60 9</etc/passwd 3>&- >/dev/null 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		sentry=$(pgrep -P "$pid" -x sentry) && gofer=$(pgrep -P "$pid" -x gofer) &&
			[ "$(grep -c Seccomp:.2 "/proc/$sentry/status" "/proc/$gofer/status" | grep -c ':1$')" = 2 ] &&
			pgrep -P "$sentry" >/dev/null && break
		sleep 0.05
	done
	sleep 0.3
}

need_root() { [ "$(id -u)" = 0 ] || skip "needs root, to look into other processes"; }

@test "descriptors of the caller do not get into our processes" {
	need_root
	start
	[ "$(readlink "/proc/$pid/fd/9")" = /etc/passwd ] # the control: the command itself has it
	for p in "$sentry" "$gofer" $(pgrep -P "$sentry"); do
		! readlink /proc/$p/fd/* | grep -q /etc/passwd
	done
	for fd in 0 1 2; do [ "$(stat -L -c %t:%T "/proc/$sentry/fd/$fd")" = 1:3 ]; done
	# What the Sentry holds is sockets, memory, events and the guest's stdio; no directory, and no file but the Gofer's.
	run -0 bash -c "for f in /proc/$sentry/fd/*; do if [ -d \$f ]; then echo \$f; fi; done"
	[ -z "$output" ]
}

@test "no capabilities, no new privileges, a filter, namespaces and a root of its own" {
	need_root
	grep -q 'CapEff:.*[1-9a-f]' "/proc/$$/status" # the control
	start
	grep -q 'CapEff:.0000000000000000' "/proc/$sentry/status"
	grep -q 'CapPrm:.0000000000000000' "/proc/$sentry/status"
	for p in "$sentry" "$gofer"; do
		grep -q 'NoNewPrivs:.1' "/proc/$p/status"
		grep -q 'Seccomp:.2' "/proc/$p/status"
	done
	! grep -q 'CapEff:.*[1-9a-f].......$' "/proc/$gofer/status"
	grep -q 'isolation of the Sentry: namespaces' "$scratch/log" || skip "this host gives no namespaces"
	for ns in user pid net mnt ipc uts cgroup; do
		[ "$(readlink "/proc/$sentry/ns/$ns")" != "$(readlink "/proc/self/ns/$ns")" ]
	done
	[ -z "$(ls -A "/proc/$sentry/root/")" ]
	[ -n "$(ls -A /)" ] # the control
}

# inject_both CALL ARGS: what a plain process of the host gets for it, and what the Sentry gets.
inject_both() {
	sleep 60 3>&- >/dev/null 2>&1 &
	local plain=$!
	sleep 0.1
	outside=$("$bin/inject" "$plain" "$@")
	start
	inside=$("$bin/inject" "$sentry" "$@")
	echo "outside: $outside; inside: $inside"
}

@test "a taken-over Sentry opens no file" {
	need_root
	inject_both 257 -100 @/etc/passwd 0 0 # openat
	[[ $outside == "returned "[0-9]* ]]
	[ "$inside" = "returned ENOENT" ]
}

@test "a taken-over Sentry makes no socket" {
	need_root
	inject_both 41 2 1 0
	[[ $outside == "returned "[0-9]* ]]
	[ "$inside" = refused ]
}

@test "a taken-over Sentry executes nothing" {
	need_root
	inject_both 59 @/bin/true 0 0
	[ "$outside" = "returned 0" ]
	[ "$inside" = refused ]
}

@test "a taken-over Sentry makes no memory executable" {
	need_root
	inject_both 9 0 4096 7 0x22 -1 0
	[[ $outside == "returned "[0-9]* ]]
	[ "$inside" = refused ]
}

@test "a taken-over Sentry signals nobody outside" {
	need_root
	sleep 60 3>&- >/dev/null 2>&1 &
	local bystander=$!
	inject_both 62 "$bystander" 9
	[ "$outside" = "returned 0" ] # the control: killed
	run ! kill -0 "$bystander"
	sleep 60 3>&- >/dev/null 2>&1 &
	bystander=$!
	start
	[ "$("$bin/inject" "$sentry" 62 "$bystander" 9)" = "returned ESRCH" ]
	kill "$bystander"
}

@test "a call that is not allowed is named in the log" {
	need_root
	start
	[ "$("$bin/inject" "$sentry" 41 2 1 0)" = refused ]
	local status=0
	wait "$pid" || status=$?
	[ "$status" = 125 ]
	grep -q 'host call 41 (socket) .*not on the Sentry.s list' "$scratch/log"
}

@test "host processes cannot be named from inside" {
	sleep 60 3>&- >/dev/null 2>&1 &
	local bystander=$!
	kill -0 "$bystander" # the control
	run ! "$caisson" do -- sh -c "kill -9 $bystander"
	kill -0 "$bystander"
	[ -r "/proc/$bystander/environ" ] # the control
	run ! "$caisson" do -- cat "/proc/$bystander/environ"
	run -0 "$caisson" do -- sh -c 'ls /proc/1/root/ >/dev/null; readlink /proc/1/exe; ls /proc | grep -c "^[0-9]"'
	[ "${lines[1]}" -le 4 ]
	kill "$bystander"
}

@test "no foreign way into the kernel reaches the host" {
	mkdir "$scratch/out" "$scratch/in"
	run -0 "$bin/entries" "$scratch/out"
	[ -e "$scratch/out/plain" ] # the control: at least the plain way works
	chmod 755 "$bin"/*
	run -0 "$caisson" do -- "$bin/entries" "$scratch/in"
	echo "$output"
	[ -z "$(ls -A "$scratch/in")" ]
	run -0 "$caisson" do --rw "$scratch/in" -- "$bin/entries" "$scratch/in"
	[ -e "$scratch/in/plain" ]
	[ ! -e "$scratch/in/x32" ]
}

@test "a symlink in a writable export leads nowhere on the host, even if it comes and goes" {
	mkdir "$scratch/rw" "$scratch/rw/real" "$scratch/secret"
	ln -s "$scratch/secret" "$scratch/rw/link"
	touch "$scratch/rw/link/control" && [ -e "$scratch/secret/control" ] # the control
	rm "$scratch/secret/control"
	"$caisson" do --rw "$scratch/rw" -- sh -c "echo x > $scratch/rw/link/x" || true
	[ -z "$(ls -A "$scratch/secret")" ]
	(while :; do
		mv -T "$scratch/rw/real" "$scratch/rw/aside" && mv -T "$scratch/rw/link" "$scratch/rw/real" &&
			mv -T "$scratch/rw/real" "$scratch/rw/link" && mv -T "$scratch/rw/aside" "$scratch/rw/real"
	done) 3>&- >/dev/null 2>&1 &
	local racer=$!
	run "$caisson" do --rw "$scratch/rw" -- sh -c "i=0; while [ \$i -lt 2000 ]; do echo x > $scratch/rw/real/f\$i; i=\$((i+1)); done 2>/dev/null"
	kill "$racer"
	[ -z "$(ls -A "$scratch/secret")" ]
}

# As a plain user on a host that gives less.
poor() {
	local how=() user=()
	[ "$1" != nolandlock ] || { how=(nolandlock); shift; }
	[ "$(id -u)" != 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	touch "$scratch/log" && chmod 666 "$scratch/log"
	cp "$caisson" "$scratch/caisson" && chmod 755 "$scratch/caisson" "$bin"/*
	"${user[@]}" "$bin/poor" "${how[@]}" -- "$scratch/caisson" --log="$scratch/log" "$@"
}

@test "a plain user without user namespaces: level landlock" {
	cd /
	run -0 poor do -- echo works
	[ "$output" = works ]
	grep -q 'isolation of the Sentry: landlock' "$scratch/log" || skip "this host has no Landlock"
	run -124 poor --require-isolation=namespaces do -- true
	[[ $output == *"only level landlock"* ]]
	run -0 poor --require-isolation=landlock do -- true
}

@test "a plain user without user namespaces and without Landlock: level process" {
	cd /
	run -0 poor nolandlock do -- echo works
	[ "$output" = works ]
	grep -q 'isolation of the Sentry: process' "$scratch/log"
	run -124 poor nolandlock --require-isolation=landlock do -- true
	[[ $output == *"only level process"* ]]
	run -0 poor nolandlock doctor
	[[ $output == *"isolation: process"* ]]
}

@test "doctor and host-surface are JSON, and the surface is the reviewed one" {
	"$caisson" doctor --json | python3 -m json.tool >/dev/null
	"$top/tools/check_surface.py" "$caisson" "$top/docs/host-surface.json"
	sed 's/"args": "arg1 == 0x3"/"args": ""/' "$top/docs/host-surface.json" >"$scratch/wrong.json"
	run ! "$top/tools/check_surface.py" "$caisson" "$scratch/wrong.json" # a checker that refuses nothing checks nothing
}
