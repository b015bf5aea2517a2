#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The processes that stand for a container on the host: whose children they are, how they end, what dies with what; standard
# streams and terminals. The same file runs against runc where it says nothing else.

load setup

engine() {
	"$BATS_TEST_DIRNAME/engine.py" "$@"
}

# Start the container below a subreaper, as a shim would; its end comes to $scratch/end.
below_a_subreaper() {
	engine reap "$scratch/end" "$scratch/pid" -- "$RUNTIME" --root "$root" --log "$log" --log-format json \
		create --bundle "$bundle" --pid-file "$scratch/pid" "$id" </dev/null >"$scratch/out" 2>"$scratch/err" 3>&- &
	eventually test -s "$scratch/end.command"
	[ "$(cat "$scratch/end.command")" = "exit 0" ]
}

ended() {
	eventually test -s "$scratch/end"
	[ "$(cat "$scratch/end")" = "$1" ] || { cat "$scratch/end"; return 1; }
}

# No process of our own is left: none whose command line names the id or the root.
nothing_lives() {
	! pgrep -f -- "$id" >/dev/null
}

@test "the subreaper of create gets init's exit status" {
	args sh -c 'exit 42'
	below_a_subreaper
	rt start "$id"
	ended "exit 42"
}

@test "the subreaper of create gets init's signal" {
	args sh -c 'kill -SEGV $$; sleep 100'
	args sleep 100
	below_a_subreaper
	rt start "$id"
	rt kill "$id" KILL
	ended "signal 9"
}

@test "the subreaper of exec gets the status and the signal of each process" {
	args sleep 100
	start
	for end in 'exit 3' 'kill -TERM $$; sleep 9' 'kill -ABRT $$; sleep 9'; do
		python3 - "$bundle/config.json" "$scratch/process.json" "$end" <<'PY'
import json, sys
process = json.load(open(sys.argv[1]))["process"]
process["args"] = ["sh", "-c", sys.argv[3]]
json.dump(process, open(sys.argv[2], "w"))
PY
		rm -f "$scratch/end"* "$scratch/exec.pid"
		engine reap "$scratch/end" "$scratch/exec.pid" -- "$RUNTIME" --root "$root" exec --process "$scratch/process.json" --detach \
			--pid-file "$scratch/exec.pid" "$id" </dev/null >"$scratch/out" 2>&1
		case $end in
		exit*) ended "exit 3" ;;
		*TERM*) ended "signal 15" ;;
		*ABRT*) ended "signal 6" ;;
		esac
	done
}

@test "SIGKILL of init's process ends the container and all its processes" {
	args sleep 100
	below_a_subreaper
	rt start "$id"
	kill -KILL "$(cat "$scratch/pid")"
	ended "signal 9"
	eventually status_is stopped
	eventually nothing_lives
	rt delete "$id"
}

@test "SIGTERM of init's process reaches the program" {
	args sh -c 'trap "exit 8" TERM; touch /tmp/ready; while true; do sleep 0.05; done'
	rm -f "$ROOTFS/tmp/ready"
	below_a_subreaper
	rt start "$id"
	eventually test -e "$ROOTFS/tmp/ready"
	kill -TERM "$(cat "$scratch/pid")"
	ended "exit 8"
	rm -f "$ROOTFS/tmp/ready"
}

@test "when the Sentry, the Gofer or the keeper is killed, init's process dies, and delete cleans up" {
	only_caisson
	args sleep 100
	for who in sentry gofer keeper; do
		rm -f "$scratch/end"* "$scratch/pid"
		below_a_subreaper
		rt start "$id"
		kill -KILL "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]]["pid"])' "$root/$id/state.json" $who)"
		ended "signal 9"
		eventually status_is stopped
		eventually nothing_lives
		rt delete "$id"
		[ -z "$(ls -A "$root")" ]
	done
}

@test "init's process is in new namespaces, and in those that are named" {
	args sleep 100
	create
	pid=$(cat "$scratch/pid")
	for ns in pid net ipc uts mnt; do
		[ "$(readlink "/proc/$pid/ns/$ns")" != "$(readlink "/proc/self/ns/$ns")" ]
	done
	rt delete --force "$id"
	unshare --net sleep 100 3>&- &
	holder=$!
	eventually bash -c "[ \"\$(readlink /proc/$holder/ns/net)\" != \"\$(readlink /proc/self/ns/net)\" ]"
	config "linux.namespaces=[{\"type\":\"pid\"},{\"type\":\"mount\"},{\"type\":\"ipc\"},{\"type\":\"uts\"},{\"type\":\"network\",\"path\":\"/proc/$holder/ns/net\"}]"
	create
	[ "$(readlink "/proc/$(cat "$scratch/pid")/ns/net")" = "$(readlink /proc/$holder/ns/net)" ]
	kill $holder
}

@test "who enters the mount namespace of init's process sees the container's files" {
	args sleep 100
	create
	[ "$(nsenter --mount="/proc/$(cat "$scratch/pid")/ns/mnt" /bin/cat /etc/text)" = text ]
	[ -e "/proc/$(cat "$scratch/pid")/root/bin/busybox" ]
	[ ! -e "/proc/$(cat "$scratch/pid")/root/usr" ]
}

@test "stdout ends when the program ends, though the container is still there" {
	args sh -c 'echo one'
	rt create --bundle "$bundle" "$id" </dev/null 2>/dev/null 3>&- | cat >"$scratch/piped" 3>&- &
	reader=$!
	eventually status_is created
	rt start "$id"
	wait $reader
	[ "$(cat "$scratch/piped")" = one ]
	status_is stopped || eventually status_is stopped
}

@test "descriptors of the caller do not pass, but those that --preserve-fds names" {
	args sh -c 'ls /proc/self/fd | grep -v "^[012]$" | wc -l; cat <&3'
	echo three >"$scratch/three"
	echo nine >"$scratch/nine"
	"$RUNTIME" --root "$root" run --preserve-fds 1 --bundle "$bundle" "$id" </dev/null >"$scratch/out" 3<"$scratch/three" 9<"$scratch/nine"
	[ "$(tail -1 "$scratch/out")" = three ]
	[ "$(head -1 "$scratch/out")" -le 2 ]
	run -1 rt create --preserve-fds 150 --bundle "$bundle" "$id"
}

@test "console socket: the container's terminal, its size and its name" {
	config process.terminal=true
	args sh -c 'tty; stty size; read line; echo "<$line>"; sleep 0.3'
	engine terminal "$scratch/tty.sock" "$scratch/shown" 'typed\n' 3>&- &
	eventually test -S "$scratch/tty.sock"
	rt create --bundle "$bundle" --console-socket "$scratch/tty.sock" "$id" </dev/null >/dev/null 2>&1
	rt start "$id"
	eventually grep -q '<typed>' "$scratch/shown"
	grep -q /dev/pts/ "$scratch/shown"
	grep -q '33 77' "$scratch/shown"
}

@test "console socket: of an exec" {
	args sleep 100
	start
	engine terminal "$scratch/tty.sock" "$scratch/shown" 'typed\n' 3>&- &
	eventually test -S "$scratch/tty.sock"
	rt exec --tty --detach --console-socket "$scratch/tty.sock" --pid-file "$scratch/exec.pid" "$id" \
		sh -c 'tty; read line; echo "<$line>"; sleep 0.3' </dev/null >/dev/null 2>&1
	eventually grep -q '<typed>' "$scratch/shown"
	grep -q /dev/pts/ "$scratch/shown"
}

@test "a terminal without anybody to get it is refused" {
	config process.terminal=true
	args true
	run -1 rt create --bundle "$bundle" "$id"
	says 'cannot allocate tty if runc will detach without setting console socket'
	run -1 rt state "$id"
}

@test "run in the foreground gives the program a terminal of its own" {
	config process.terminal=true
	args sh -c 'tty; test -t 0 && test -t 1 && echo both'
	run -0 script -qec "$RUNTIME --root $root run --bundle $bundle $id" /dev/null </dev/null
	[[ $output == */dev/pts/* ]]
	[[ $output == *both* ]]
}

@test "exec --tty in the foreground" {
	args sleep 100
	start
	run -0 script -qec "$RUNTIME --root $root exec -t $id tty" /dev/null </dev/null
	[[ $output == */dev/pts/* ]]
}

@test "descriptors of systemd's socket activation pass, and the program is told" {
	args sh -c 'echo $LISTEN_FDS $LISTEN_PID $$; cat <&3'
	echo three >"$scratch/three"
	run -0 bash -c 'exec 3<"$1"; shift; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 4>&-' - "$scratch/three" \
		"$RUNTIME" --root "$root" run --bundle "$bundle" "$id" </dev/null
	[ "$output" = $'1 1 1\nthree' ]
}
