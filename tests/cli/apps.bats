#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Real programs of this host, each beside itself: the same output and the same exit status here and in the sandbox.
bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	caisson=${CAISSON:-$top/build/debug/caisson}
	scratch=$(mktemp -d)
	cd "$scratch"
}

teardown() {
	rm -rf "$scratch"
}

needs() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# same COMMAND...: run it in a fresh copy of the scratch directory here, and in the sandbox.
same() {
	local here there here_status=0 there_status=0
	there=$("$caisson" do -- "$@" 2>&1) || there_status=$?
	here=$("$@" 2>&1) || here_status=$?
	[ "$here_status" = "$there_status" ] || { echo "status: here $here_status, there $there_status; $there"; return 1; }
	[ "$here" = "$there" ] || { diff <(echo "$here") <(echo "$there"); return 1; }
}

@test "python3 computes, starts threads and children" {
	[ -x /usr/bin/python3 ] || skip "/usr/bin/python3 is not installed"
	same /usr/bin/python3 -c 'import threading, subprocess
t = threading.Thread(target=lambda: print("thread")); t.start(); t.join()
print(subprocess.check_output(["echo", "child"]), sum(range(100000)))'
}

@test "gcc compiles and the result runs" {
	needs gcc
	printf '#include <stdio.h>\nint main(void){puts("compiled");return 3;}\n' >hello.c
	same sh -c 'gcc hello.c -o hello && ./hello'
}

@test "sqlite3 inserts 10,000 rows in one transaction" {
	needs sqlite3
	same sh -c 'sqlite3 t.db "create table t(a,b); begin; with recursive c(x) as (values(1) union all select x+1 from c where x<10000) insert into t select x,x*x from c; commit; select count(*),sum(b) from t;" && rm t.db'
}

@test "perl runs a child and a regular expression" {
	needs perl
	same perl -e 'my $x = `echo perl`; $x =~ s/p/P/; print $x, join(",", map { $_ * 2 } 1 .. 5), "\n"'
}

@test "find sees every file below /usr/share" {
	same sh -c 'find /usr/share -xdev | wc -l'
}

@test "tar of a tree has the same bytes" {
	same sh -c 'tar cf - /usr/share/doc 2>/dev/null | sha256sum'
}

@test "node runs a worker thread" {
	needs node
	same node -e 'const {Worker} = require("worker_threads");
new Worker("require(\"worker_threads\").parentPort.postMessage(6 * 7)", {eval: true}).on("message", m => console.log(m))'
}

@test "git makes a repository, a commit and a log" {
	needs git
	same sh -c 'rm -rf r && mkdir r && cd r && git init -q . && echo a > a && git add a &&
		GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z git -c user.name=n -c user.email=e commit -qm m && git log --format=%H'
}

@test "ps, uname and dmesg speak of our kernel" {
	run -0 "$caisson" do -- ps -e -o pid=
	[ "$(echo "$output" | head -1 | tr -d ' ')" = 1 ]
	run -0 "$caisson" do -- cat /proc/version
	[[ $output == "Linux version 6.12.0-caisson"* ]]
	run -0 "$caisson" do -- dmesg
	[[ $output == *"6.12.0-caisson"* ]]
	run -0 "$caisson" do -- cat /proc/mounts
	[[ $output == *"overlay / overlay rw"* ]]
}
