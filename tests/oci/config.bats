#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What config.json asks for, as the program inside finds it; hooks. The same file runs against runc where it says nothing else.

load setup

# The program's output.
inside() {
	args "$@"
	run -0 rt run --bundle "$bundle" "$id" </dev/null
}

@test "arguments, environment, directory, HOME of the user" {
	config 'process.cwd="/tmp"' 'process.env=["PATH=/bin","A=b c"]'
	inside sh -c 'pwd; echo "$A"; echo $HOME; echo "$0" "$@"' x 'y z'
	[ "$output" = $'/tmp\nb c\n/root\nx y z' ]
}

@test "user, groups, umask" {
	config 'process.user={"uid":1000,"gid":1001,"additionalGids":[5,7],"umask":23}'
	inside sh -c 'id -u; id -g; id -G; umask'
	[ "${lines[0]}" = 1000 ]
	[ "${lines[1]}" = 1001 ]
	[[ ${lines[2]} == *"5 7"* ]]
	[ "${lines[3]}" = 0027 ]
}

@test "capabilities, no new privileges" {
	config 'process.capabilities={"bounding":["CAP_KILL","CAP_CHOWN"],"effective":["CAP_KILL"],"permitted":["CAP_KILL"]}' process.noNewPrivileges=true
	inside grep -E '^(Cap|NoNew)' /proc/self/status
	[[ $output == *"CapPrm:"*0000000000000020* ]]
	[[ $output == *"CapBnd:"*0000000000000021* ]]
	[[ $output == *"NoNewPrivs:"*1* ]]
}

@test "limits of resources" {
	config 'process.rlimits=[{"type":"RLIMIT_NOFILE","soft":100,"hard":200},{"type":"RLIMIT_CORE","soft":0,"hard":0}]'
	inside sh -c 'ulimit -Sn; ulimit -Hn'
	[ "$output" = $'100\n200' ]
}

@test "the oom score" {
	config process.oomScoreAdj=500
	inside cat /proc/self/oom_score_adj
	[ "$output" = 500 ]
}

@test "hostname" {
	config 'hostname="some-name"'
	inside hostname
	[ "$output" = some-name ]
}

@test "a read-only root, and one that is not" {
	config root.readonly=true
	args touch /new
	run -1 rt run --bundle "$bundle" "$id"
	[[ $output == *"Read-only file system"* ]]
	config root.readonly=false
	inside sh -c 'echo written >/tmp/new; cat /tmp/new'
	[ "$(cat "$ROOTFS/tmp/new")" = written ]
	rm "$ROOTFS/tmp/new"
}

@test "bind mounts: a directory, a file, read-only, relative to the bundle" {
	mkdir "$bundle/dir" "$bundle/ro"
	echo file >"$bundle/file"
	config "+mounts={\"destination\":\"/mnt/dir\",\"type\":\"bind\",\"source\":\"$bundle/dir\",\"options\":[\"rbind\",\"rw\"]}" \
		"+mounts={\"destination\":\"/mnt/ro\",\"type\":\"bind\",\"source\":\"ro\",\"options\":[\"bind\",\"ro\"]}" \
		"+mounts={\"destination\":\"/etc/file\",\"type\":\"bind\",\"source\":\"$bundle/file\",\"options\":[\"bind\"]}"
	inside sh -c 'echo new >/mnt/dir/new; cat /etc/file; touch /mnt/ro/x 2>&1 | grep -o "Read-only"; echo more >>/etc/file'
	[ "$output" = $'file\nRead-only' ]
	[ "$(cat "$bundle/dir/new")" = new ]
	[ "$(cat "$bundle/file")" = $'file\nmore' ]
	rm -rf "$ROOTFS/mnt" "$ROOTFS/etc/file"
}

@test "a bind mount of what is not there" {
	config '+mounts={"destination":"/mnt","type":"bind","source":"/no/such/dir","options":["bind"]}'
	args true
	run -1 rt create --bundle "$bundle" "$id"
	says 'no such file or directory'
	[ -z "$(ls -A "$root" 2>/dev/null)" ]
	rm -rf "$ROOTFS/mnt"
}

@test "mounts of every kind: proc, dev, pts, shm, mqueue, sys" {
	inside mount
	for where in "proc on /proc" "tmpfs on /dev " "devpts on /dev/pts" "on /dev/shm" "mqueue on /dev/mqueue" "sysfs on /sys"; do
		[[ $output == *"$where"* ]] || { echo "no $where in $output"; return 1; }
	done
}

@test "a tmpfs with options" {
	config '+mounts={"destination":"/mnt/t","type":"tmpfs","source":"tmpfs","options":["size=64k","mode=1700","nosuid"]}'
	inside sh -c 'stat -c %a /mnt/t; grep " /mnt/t " /proc/mounts; dd if=/dev/zero of=/mnt/t/x bs=1k count=100 2>&1 | grep -o "No space"'
	[ "${lines[0]}" = 1700 ]
	[[ ${lines[1]} == *nosuid* ]]
	[[ ${lines[2]} == "No space" ]]
	rm -rf "$ROOTFS/mnt"
}

@test "default devices and links in /dev" {
	inside sh -c 'for f in null zero full random urandom tty; do test -c /dev/$f || echo no $f; done; readlink /dev/fd; readlink /dev/stdin; readlink /dev/ptmx; echo x >/dev/null'
	[ "$output" = $'/proc/self/fd\n/proc/self/fd/0\npts/ptmx' ]
}

@test "masked and read-only paths" {
	config 'linux.maskedPaths=["/proc/timer_list","/etc/text"]' 'linux.readonlyPaths=["/proc/sys"]'
	inside sh -c 'cat /etc/text; echo x 2>&1 >/proc/sys/kernel/hostname | grep -o Read-only'
	[[ $output != text ]]
	[ "$(cat "$ROOTFS/etc/text")" = text ]
}

@test "seccomp: a profile is enforced" {
	config 'linux.seccomp={"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":100}]}'
	args mkdir /tmp/refused
	run -1 rt run --bundle "$bundle" "$id"
	[[ $output == *"Network is down"* ]]
}

@test "sysctl" {
	config 'linux.sysctl={"kernel.domainname":"some.domain"}'
	inside cat /proc/sys/kernel/domainname
	[ "$output" = some.domain ]
}

@test "a device of the host is refused with its name" {
	only_caisson
	config 'linux.devices=[{"path":"/dev/sda","type":"b","major":8,"minor":0}]'
	args true
	run -1 rt create --bundle "$bundle" "$id"
	says '/dev/sda'
}

@test "hooks: all six, in order, with the state on standard input" {
	hook=$bundle/hook
	cat >"$hook" <<SH
#!/bin/sh
cat >"$scratch/state.\$1"
echo \$1 >>"$scratch/order"
SH
	chmod +x "$hook"
	one() { echo "[{\"path\":\"$hook\",\"args\":[\"hook\",\"$1\"]}]"; }
	config "hooks={\"prestart\":$(one prestart),\"createRuntime\":$(one createRuntime),\"createContainer\":$(one createContainer),\"poststart\":$(one poststart),\"poststop\":$(one poststop)}"
	args sleep 100
	create
	# Three: runc of Debian 12 runs poststart hooks here already.
	[ "$(head -3 "$scratch/order")" = $'prestart\ncreateRuntime\ncreateContainer' ]
	[ "$(python3 -c 'import json,sys; s=json.load(open(sys.argv[1])); print(s["id"], s["pid"], s["bundle"])' "$scratch/state.createRuntime")" = \
		"$id $(cat "$scratch/pid") $bundle" ]
	rt start "$id"
	[ "$(tail -1 "$scratch/order")" = poststart ]
	[ "$(python3 -c 'import json,sys; s=json.load(open(sys.argv[1])); print(s["status"])' "$scratch/state.poststart")" = running ]
	rt delete --force "$id"
	[ "$(tail -1 "$scratch/order")" = poststop ]
	[ "$(python3 -c 'import json,sys; s=json.load(open(sys.argv[1])); print(s["status"])' "$scratch/state.poststop")" = stopped ]
}

@test "a startContainer hook runs in the container, before the program" {
	config 'hooks={"startContainer":[{"path":"/bin/sh","args":["sh","-c","echo hook; cat >/tmp/state"]}]}'
	args sh -c 'echo program'
	create
	rt start "$id"
	eventually status_is stopped
	grep -q "\"id\": *\"$id\"" "$ROOTFS/tmp/state"
	rm "$ROOTFS/tmp/state"
}

@test "a hook that fails: create fails, and nothing is left" {
	config 'hooks={"createRuntime":[{"path":"/bin/sh","args":["sh","-c","echo because >&2; exit 3"]}]}'
	args sleep 100
	run -1 rt create --bundle "$bundle" "$id"
	says 'because'
	run -1 rt state "$id"
	[ -z "$(ls -A "$root" 2>/dev/null)" ]
}

@test "a hook that takes too long is killed" {
	config 'hooks={"createRuntime":[{"path":"/bin/sleep","args":["sleep","100"],"timeout":1}]}'
	args sleep 100
	run -1 rt create --bundle "$bundle" "$id"
	run -1 rt state "$id"
}

@test "a failing poststart hook does not stop the container" {
	only_caisson
	config 'hooks={"poststart":[{"path":"/bin/false"}]}'
	args sleep 100
	create
	rt start "$id"
	status_is running
}

@test "the interface of a container is lo alone" {
	inside ls /sys/class/net
	[[ $output == lo || $output == "" ]]
}

@test "a user namespace: ids inside, owners outside" {
	cp -a "$ROOTFS" "$scratch/shifted"
	chown -R 100000:100000 "$scratch/shifted"
	chmod 755 "$scratch"
	config "root.path=\"$scratch/shifted\"" '+linux.namespaces={"type":"user"}' \
		'linux.uidMappings=[{"containerID":0,"hostID":100000,"size":1000}]' 'linux.gidMappings=[{"containerID":0,"hostID":100000,"size":1000}]'
	args sh -c 'id -u; stat -c %u /etc/text; touch /tmp/mine; cat /proc/self/uid_map; sleep 100'
	rt create --bundle "$bundle" --pid-file "$scratch/pid" "$id" </dev/null >"$scratch/out" 2>"$scratch/err" || { cat "$scratch/err"; false; }
	rt start "$id"
	eventually grep -q 100000 "$scratch/out"
	[ "$(head -2 "$scratch/out")" = $'0\n0' ]
	[ "$(stat -c %u "$scratch/shifted/tmp/mine")" = 100000 ]
	[ "$(stat -c %u "/proc/$(cat "$scratch/pid")")" = 100000 ]
	run -0 rt exec "$id" id -u
	[ "$output" = 0 ]
}

@test "sysctls of a network that is not there yet, as Docker always asks for" {
	config 'linux.sysctl={"net.ipv4.ip_unprivileged_port_start":"0","net.ipv4.ping_group_range":"0 2147483647"}'
	inside true
}
