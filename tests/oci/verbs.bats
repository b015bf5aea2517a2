#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The verbs of an OCI runtime as engines call them: statuses, effects, and the messages that engines look for. One test per row of
# the contract; the same file runs against runc: RUNTIME=runc bats tests/oci.

load setup

@test "create: a pid file without a newline, and the program does not run yet" {
	args sh -c 'echo ran'
	create
	[[ $(cat "$scratch/pid") =~ ^[0-9]+$ ]]
	[ "$(wc -l <"$scratch/pid")" = 0 ]
	kill -0 "$(cat "$scratch/pid")"
	status_is created
	[ ! -s "$scratch/out" ]
}

@test "start: the program runs with the stdio that create was given" {
	args sh -c 'echo ran; echo err >&2; cat'
	echo input | rt create --bundle "$bundle" "$id" >"$scratch/out" 2>"$scratch/err"
	rt start "$id"
	eventually status_is stopped
	[ "$(cat "$scratch/out")" = $'ran\ninput' ]
	[ "$(cat "$scratch/err")" = err ]
}

@test "create of a program that is not there: 1, the message, and nothing left" {
	args /nonexistent
	run -1 rt create --bundle "$bundle" "$id"
	says 'unable to start container process: exec: "/nonexistent": stat /nonexistent: no such file or directory'
	run -1 rt state "$id"
	run -0 rt delete --force "$id"
	[ -z "$(ls -A "$root" 2>/dev/null)" ]
}

@test "create of a name that is in no directory of PATH" {
	args nosuchprogram
	run -1 rt create --bundle "$bundle" "$id"
	says 'exec: "nosuchprogram": executable file not found in $PATH'
}

@test "create of a file that cannot be executed" {
	args /etc/text
	run -1 rt create --bundle "$bundle" "$id"
	says 'permission denied'
}

@test "create with an id that is there" {
	args sleep 100
	create
	run -1 rt create --bundle "$bundle" "$id"
	says 'container with given ID already exists'
	status_is created
}

@test "create without a configuration" {
	rm "$bundle/config.json"
	run -1 rt create --bundle "$bundle" "$id"
	says 'config.json'
}

@test "create with an id that is no name" {
	run -1 rt create --bundle "$bundle" "a/b"
	says 'invalid'
}

@test "start twice" {
	args sleep 100
	start
	run -1 rt start "$id"
	says 'cannot start an already running container'
}

@test "start of what has stopped" {
	args true
	start
	eventually status_is stopped
	run -1 rt start "$id"
	says 'cannot start a container that has stopped'
}

@test "state: what engines read in it" {
	config 'annotations={"a":"b"}'
	args sleep 100
	create
	[ "$(state_of id)" = "$id" ]
	[ "$(state_of bundle)" = "$bundle" ]
	[ "$(state_of rootfs)" = "$ROOTFS" ]
	[ "$(state_of pid)" = "$(cat "$scratch/pid")" ]
	[ "$(state_of annotations)" = "{'a': 'b'}" ]
	[[ $(state_of created) =~ ^20[0-9-]+T[0-9:]+\.[0-9]+Z$ ]]
	[ "$(rt state "$id" | tail -c 1)" = "}" ]
	rt start "$id"
	status_is running
	rt kill "$id" KILL
	eventually status_is stopped
	[ "$(state_of pid)" = 0 ]
}

@test "every verb, of an id that is not there" {
	for verb in state start kill pause resume delete; do
		run -1 rt "$verb" nobody
		says 'container does not exist'
	done
	run -1 rt ps nobody
	says 'container does not exist'
	run -1 rt update --resources - nobody </dev/null
	run -255 rt exec nobody true
	says 'does not exist'
	run -0 rt delete --force nobody
}

@test "delete of what is created kills it" {
	args sleep 100
	create
	rt delete "$id"
	run -1 rt state "$id"
	eventually bash -c "! kill -0 $(cat "$scratch/pid") 2>/dev/null || grep -q '^State:.Z' /proc/$(cat "$scratch/pid")/status"
}

@test "delete of what runs" {
	args sleep 100
	start
	run -1 rt delete "$id"
	says "cannot delete container $id that is not stopped: running"
	run -0 rt delete --force "$id"
	run -0 rt delete --force "$id"
}

@test "kill: by number and by name; of what has stopped" {
	args sh -c 'trap "exit 3" TERM; trap "echo usr1 >/tmp/got" USR1; touch /tmp/ready; while true; do sleep 0.1; done'
	start
	eventually test -e "$ROOTFS/tmp/ready"
	rt kill "$id" SIGUSR1
	eventually test -e "$ROOTFS/tmp/got"
	rt kill "$id" 15
	eventually status_is stopped
	run -1 rt kill "$id"
	says 'container not running'
	run -0 rt kill --all "$id" 9
	rm -f "$ROOTFS/tmp/ready" "$ROOTFS/tmp/got"
}

@test "kill: no such signal" {
	args sleep 100
	start
	run -1 rt kill "$id" NOSUCH
	says 'unknown signal'
}

@test "kill of what is created" {
	args sleep 100
	create
	rt kill "$id" KILL
	eventually status_is stopped
	rt delete "$id"
}

@test "a signal that init does not handle does not kill it; SIGKILL does" {
	args sleep 100
	start
	rt kill "$id" USR1
	rt kill "$id" TERM
	sleep 0.2
	status_is running
	rt kill "$id" 9
	eventually status_is stopped
}

@test "pause and resume" {
	args sh -c 'while true; do echo x >>/tmp/beats; sleep 0.01; done'
	rm -f "$ROOTFS/tmp/beats"
	start
	eventually test -s "$ROOTFS/tmp/beats"
	run -1 rt resume "$id"
	says 'container not paused'
	rt pause "$id"
	status_is paused
	run -1 rt pause "$id"
	before=$(wc -l <"$ROOTFS/tmp/beats")
	sleep 0.2
	[ "$(wc -l <"$ROOTFS/tmp/beats")" = "$before" ]
	run -255 rt exec "$id" true
	says 'cannot exec in a paused container (use --ignore-paused to override)'
	rt resume "$id"
	status_is running
	more() { [ "$(wc -l <"$ROOTFS/tmp/beats")" -gt "$before" ]; }
	eventually more
	rm -f "$ROOTFS/tmp/beats"
}

@test "delete by force of what is paused" {
	args sleep 100
	start
	rt pause "$id"
	rt delete --force "$id"
	run -1 rt state "$id"
}

@test "exec: status, output, signal" {
	args sleep 100
	start
	run -7 rt exec "$id" sh -c 'echo out; exit 7'
	[ "$output" = out ]
	run -137 rt exec "$id" sh -c 'kill -9 $$'
}

@test "exec in what is created; in what has stopped" {
	args sleep 100
	create
	run -0 rt exec "$id" echo hello
	[ "$output" = hello ]
	rt kill "$id" KILL
	eventually status_is stopped
	run -255 rt exec "$id" true
	says 'cannot exec in a stopped container'
}

@test "exec of a program that is not there, and of one that cannot be executed" {
	args sleep 100
	start
	run -255 rt exec "$id" /nonexistent
	says 'exec failed: unable to start container process: exec: "/nonexistent": stat /nonexistent: no such file or directory'
	run -255 rt exec "$id" nosuchprogram
	says 'executable file not found in $PATH'
	run -255 rt exec "$id" /etc/text
	says 'permission denied'
}

@test "exec: options" {
	args sleep 100
	start
	run -0 rt exec --cwd /tmp -e A=1 -e B=2 -u 1000:1000 "$id" sh -c 'pwd; echo $A$B; id -u; id -g'
	[ "$output" = $'/tmp\n12\n1000\n1000' ]
	run -0 rt exec --additional-gids 5 --additional-gids 6 -u 1000 "$id" id -G
	[[ $output == *"5 6"* ]]
	run -0 rt exec --no-new-privs "$id" grep NoNewPrivs /proc/self/status
	[[ $output == *1 ]]
}

@test "exec --process --detach: a process of its own on the host, with a pid file" {
	args sleep 100
	start
	python3 - "$bundle/config.json" "$scratch/process.json" <<'PY'
import json, sys
process = json.load(open(sys.argv[1]))["process"]
process["args"] = ["sh", "-c", "echo from exec; exec sleep 50"]
json.dump(process, open(sys.argv[2], "w"))
PY
	rt exec --process "$scratch/process.json" --detach --pid-file "$scratch/exec.pid" "$id" >"$scratch/exec.out" 2>&1 </dev/null
	pid=$(cat "$scratch/exec.pid")
	kill -0 "$pid"
	[ "$pid" != "$(cat "$scratch/pid")" ]
	eventually grep -q 'from exec' "$scratch/exec.out"
	rt exec "$id" ps | grep -q 'sleep 50'
	kill -KILL "$pid"
	gone() { ! rt exec "$id" ps | grep -q 'sleep 50'; }
	eventually gone
	status_is running
}

@test "ps: host pids as JSON, and a table" {
	args sleep 100
	start
	run -0 rt ps --format json "$id"
	[[ $output == "["*"$(cat "$scratch/pid")"*"]" ]]
	run -0 rt ps "$id"
	[[ ${lines[0]} == *PID* ]]
	[[ $output == *"$(cat "$scratch/pid")"* ]]
}

@test "list: json, table, quiet" {
	args sleep 100
	create
	run -0 rt list --format=json
	[ "$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])[0]["status"])' "$output")" = created ]
	run -0 rt list -q
	[ "$output" = "$id" ]
	run -0 rt list
	[[ $output == *"$id"*created* ]]
}

@test "list of nothing" {
	run -0 rt list --format json
	[ "$output" = null ]
}

@test "run: the status is the program's, 128+N by a signal; nothing is left" {
	args sh -c 'echo hello; exit 5'
	run -5 rt run --bundle "$bundle" "$id"
	[ "$output" = hello ]
	run -1 rt state "$id"
	args sh -c 'kill -SEGV $$; sleep 100'
	rt run --bundle "$bundle" --detach "$id" </dev/null >/dev/null 2>&1
	status_is running
	rt kill "$id" KILL
	eventually status_is stopped
}

@test "run: SIGTERM to the runtime goes to the program" {
	args sh -c 'trap "exit 9" TERM; touch /tmp/ready; while true; do sleep 0.05; done'
	rm -f "$ROOTFS/tmp/ready"
	"$RUNTIME" --root "$root" run --bundle "$bundle" "$id" </dev/null >/dev/null 2>&1 3>&- &
	runner=$!
	eventually test -e "$ROOTFS/tmp/ready"
	kill -TERM $runner
	status=0
	wait $runner || status=$?
	[ $status = 9 ]
	rm -f "$ROOTFS/tmp/ready"
}

@test "a bad configuration is refused with the property's name" {
	config 'process.cwd="relative"'
	run -1 rt create --bundle "$bundle" "$id"
	says 'wd'
	[ -z "$(ls -A "$root" 2>/dev/null)" ]
}

@test "unknown verb, wrong number of arguments" {
	run -3 "$RUNTIME" nosuchverb
	run -1 "$RUNTIME" create
	[[ $output == *"requires exactly 1 argument(s)"* ]]
	run -1 "$RUNTIME" state a b
}

@test "options: one dash or two, with = or a blank, verb options in any order" {
	args sleep 100
	"$RUNTIME" -root "$root" --log="$log" -log-format=json create -bundle="$bundle" --pid-file "$scratch/pid" "$id" \
		</dev/null >/dev/null 2>&1
	status_is created
	rt delete -f "$id"
	rt create -b "$bundle" "$id" </dev/null >/dev/null 2>&1
	rt kill -a "$id" 9
}

@test "options after the arguments" {
	only_caisson
	args sleep 100
	rt create "$id" --bundle "$bundle" </dev/null >/dev/null 2>&1
	rt delete "$id" --force
}

@test "--version and features" {
	run -0 "$RUNTIME" --version
	[[ ${lines[0]} == "$RUNTIME_NAME version "* ]]
	[[ $output == *$'\nspec: 1.'* ]]
	only_caisson
	run -0 "$RUNTIME" features
	python3 -c 'import json,sys; f=json.loads(sys.argv[1]); assert f["ociVersionMin"] and "prestart" in f["hooks"]' "$output"
}

@test "spec: a configuration that runs; not over another" {
	cd "$bundle"
	run -1 "$RUNTIME" spec
	rm config.json
	"$RUNTIME" spec --bundle "$bundle"
	config process.terminal=false "root.path=\"$ROOTFS\""
	args true
	run -0 rt run --bundle "$bundle" "$id"
}

@test "checkpoint and restore say that they are not there" {
	only_caisson
	args sleep 100
	start
	run -1 rt checkpoint --image-path "$scratch/image" "$id"
	says 'not supported'
	status_is running
	run -1 rt restore --image-path "$scratch/image" --detach -no-subreaper --bundle "$bundle" other
	says 'not supported'
}

@test "events --stats: a line of JSON" {
	args sleep 100
	start
	run -0 rt events --stats "$id"
	python3 -c 'import json,sys; e=json.loads(sys.argv[1]); assert e["type"]=="stats" and e["id"]==sys.argv[2] and e["data"]["pids"]["current"]>0' \
		"$output" "$id"
}

@test "update: by JSON on stdin, and by options" {
	args sleep 100
	config 'linux.cgroupsPath="/caisson-test-'"$id"'"' 'linux.resources.memory={"limit":67108864}'
	start
	limit() {
		cat "/sys/fs/cgroup/memory/caisson-test-$id/memory.limit_in_bytes" 2>/dev/null || cat "/sys/fs/cgroup/caisson-test-$id/memory.max"
	}
	[ "$(limit)" = 67108864 ]
	echo '{"memory":{"limit":134217728}}' | rt update --resources - "$id"
	[ "$(limit)" = 134217728 ]
	echo '{"memory":{"limit":33554432}}' | rt update --resources=- "$id"
	[ "$(limit)" = 33554432 ]
	rt update --memory 100m "$id"
	[ "$(limit)" = 104857600 ]
}

@test "the log holds nothing but lines of JSON, also after warnings and success" {
	args sleep 100
	start
	run -1 rt start "$id"
	rt delete --force "$id"
	python3 -c 'import json,sys
for line in open(sys.argv[1]): json.loads(line)' "$log"
}

@test "the group of a container is gone with it" {
	args sleep 100
	config 'linux.cgroupsPath="/caisson-test-'"$id"'"'
	start
	[ -n "$(find /sys/fs/cgroup -maxdepth 2 -name "caisson-test-$id")" ]
	grep -q "caisson-test-$id" "/proc/$(cat "$scratch/pid")/cgroup"
	rt delete --force "$id"
	[ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "caisson-test-$id")" ]
}

@test "delete by force of what a killed or full disk has left" {
	only_caisson
	mkdir -p "$root/half" "$root/damaged"
	echo '{broken' >"$root/damaged/state.json"
	run -0 rt delete --force half
	run -0 rt delete --force damaged
	[ -z "$(ls -A "$root")" ]
}
