# SPDX-License-Identifier: Apache-2.0
# The machine's first process on the root disk (sh): set the machine up as a booted Linux is, run the command, send what
# it prints and then its status through the port, and switch the machine off.
#
# /run/vm/plan sets TREE, YAMA (empty: as it is), RUN_AS (root or a user's name) and TOKEN; /run/vm/command is a script.
# The port carries: noise, a line "TOKEN start", the command's output, and "TOKEN end STATUS" without a line of its own.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
. /run/vm/plan

port=
for name in /sys/class/virtio-ports/*; do
	[ "$(cat "$name/name" 2>/dev/null)" != caisson.out ] || port=/dev/${name##*/}
done

off() {
	sync
	echo o >/proc/sysrq-trigger
	while :; do sleep 60; done # the machine goes off now
}
[ -n "$port" ] || { echo "run: there is no port to the host" >/dev/console; off; }
exec 4>"$port" 5>/dev/console </dev/null
say() { echo "run: $*" >&5; }

hostname caisson-vm
ip link set lo up || say "no loopback"
ip -6 addr add ::1/128 dev lo 2>/dev/null
[ -z "$YAMA" ] || echo "$YAMA" >/proc/sys/kernel/yama/ptrace_scope || say "Yama cannot be $YAMA"
chown -R 1000:1000 /home/*
ulimit -Hn 524288
ulimit -Sn 1024

# One group for the command; a user's is below one that is theirs, as systemd delegates it.
cgroups=/sys/fs/cgroup
all() { sed 's/\(^\| \)\([a-z]\)/\1+\2/g' "$1/cgroup.controllers"; }
all $cgroups >$cgroups/cgroup.subtree_control || say "not all controllers"
slice=$cgroups
if [ "$RUN_AS" != root ]; then
	slice=$cgroups/user.slice
	mkdir $slice
	all $slice >$slice/cgroup.subtree_control
fi
mkdir "$slice/command"
if [ "$RUN_AS" != root ]; then
	for name in . cgroup.procs cgroup.threads cgroup.subtree_control; do
		chown "$RUN_AS:" "$slice/$name" "$slice/command/$name"
	done
fi

as_root() { HOME=/root USER=root LOGNAME=root "$@"; }
as_user() {
	HOME=/home/$RUN_AS USER=$RUN_AS LOGNAME=$RUN_AS XDG_RUNTIME_DIR=/run/user/1000 \
		setpriv --reuid "$RUN_AS" --regid "$RUN_AS" --init-groups --inh-caps=-all --bounding-set=+all "$@"
}
become=as_root
[ "$RUN_AS" = root ] || become=as_user

# Output goes through a pipe: what programs do to their own stdout must not reach the port.
mkfifo /run/vm/pipe
cat /run/vm/pipe >&4 &
reader=$!
export SHELL=/bin/bash LANG=C.UTF-8 TERM=dumb
(
	exec >/run/vm/pipe 2>&1 4>&- 5>&-
	read -r self _ </proc/self/stat
	echo "$self" >"$slice/command/cgroup.procs"
	cd "$TREE" || exit 125
	echo "$TOKEN start"
	$become setsid -w /bin/sh /run/vm/command
)
status=$?

# Nothing that the command left behind may hold the pipe.
echo 1 >"$slice/command/cgroup.kill"
wait $reader
printf '%s end %s\n' "$TOKEN" "$status" >&4
off
