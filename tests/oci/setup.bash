# SPDX-License-Identifier: Apache-2.0
# What the tests of this directory share: a root file system of busybox, bundles, and the runtime under test. RUNTIME is a path or
# a name; by default the one that was built. With RUNTIME=runc the same tests are the control.

bats_require_minimum_version 1.5.0

busybox_of_host() {
	command -v busybox && return
	[ -x /bin/busybox ] && echo /bin/busybox
}

# Why every test is skipped.
cannot() {
	export CANNOT=$1
	return 1
}

setup_file() {
	local applet
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export RUNTIME=${RUNTIME:-${CAISSON:-$top/build/debug/caisson}}
	export RUNTIME_NAME=${RUNTIME##*/}
	busybox_of_host >/dev/null || cannot "busybox (package busybox-static) is not there" || return 0
	command -v "$RUNTIME" >/dev/null || cannot "$RUNTIME is not there" || return 0
	export ROOTFS=$BATS_FILE_TMPDIR/rootfs
	mkdir -p "$ROOTFS"/{bin,dev,etc,proc,root,sys,tmp,home}
	cp "$(busybox_of_host)" "$ROOTFS/bin/busybox"
	for applet in sh true false ls cat echo sleep id ps kill mount env tty stty hostname head grep wc touch mkdir rm cp stat pwd \
		readlink test nc dd printf sync find; do
		ln -sf busybox "$ROOTFS/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home:/bin/sh\n' >"$ROOTFS/etc/passwd"
	echo text >"$ROOTFS/etc/text"
	cd "$BATS_FILE_TMPDIR" && "$RUNTIME" spec || cannot "$RUNTIME cannot write a configuration here" || return 0
	# A control that cannot run is skipped by name.
	if [ "$RUNTIME_NAME" != caisson ]; then
		bundle=$BATS_FILE_TMPDIR
		config process.terminal=false 'process.args=["true"]'
		"$RUNTIME" --root "$BATS_FILE_TMPDIR/try" run -b "$BATS_FILE_TMPDIR" try >&2 || cannot "$RUNTIME_NAME cannot run here" || return 0
	fi
}

setup() {
	[ -z "${CANNOT:-}" ] || skip "$CANNOT"
	scratch=$(mktemp -d)
	bundle=$scratch/bundle
	root=$scratch/root
	log=$scratch/log.json
	id=t$$-$BATS_TEST_NUMBER
	mkdir -p "$bundle"
	ln -s "$ROOTFS" "$scratch/linked" # runc refuses it as a root; used by name only
	cp "$BATS_FILE_TMPDIR/config.json" "$bundle/"
	config process.terminal=false "root.path=\"$ROOTFS\"" root.readonly=false
}

teardown() {
	[ -n "${scratch:-}" ] || return 0
	rt delete --force "$id" >/dev/null 2>&1 || true
	rm -rf "$scratch"
}

# The runtime with a root of our own, and its log as containerd wants it.
rt() {
	"$RUNTIME" --root "$root" --log "$log" --log-format json "$@"
}

# config PATH=JSON...: change the bundle's configuration. PATH: names with dots; "-PATH" removes; "+PATH" adds to a list.
config() {
	python3 - "$bundle/config.json" "$@" <<'PY'
import json, sys
path, changes = sys.argv[1], sys.argv[2:]
conf = json.load(open(path))
for change in changes:
    where, _, value = change.partition("=")
    how = where[0] if where[0] in "-+" else ""
    keys = where.lstrip("-+").split(".")
    at = conf
    for key in keys[:-1]:
        at = at.setdefault(key, {})
    if how == "-":
        at.pop(keys[-1], None)
    elif how == "+":
        at.setdefault(keys[-1], []).append(json.loads(value))
    else:
        at[keys[-1]] = json.loads(value)
json.dump(conf, open(path, "w"))
PY
}

# args WORD...: the container's program.
args() {
	config "process.args=$(python3 -c 'import json,sys; print(json.dumps(sys.argv[1:]))' "$@")"
}

# A value of `state`.
state_of() {
	rt state "$id" | python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

status_is() {
	[ "$(state_of status)" = "$1" ] || { echo "status: $(state_of status), not $1"; return 1; }
}

# Ask until it holds; it ends by the test's own limit.
eventually() {
	local tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || { echo "never: $*"; return 1; }
		sleep 0.05
	done
}

create() {
	rt create --bundle "$bundle" --pid-file "$scratch/pid" "$@" "$id" </dev/null >"$scratch/out" 2>"$scratch/err"
}

start() {
	create && rt start "$id"
}

# The text is in the last error of the log, and on stderr (of `run`).
says() {
	[[ $output == *"$1"* ]] || { echo "stderr: $output"; return 1; }
	python3 - "$log" "$1" <<'PY'
import json, sys, datetime
last = ""
for line in open(sys.argv[1]):
    entry = json.loads(line)
    if entry["level"] == "error":
        last = entry["msg"]
        datetime.datetime.fromisoformat(entry["time"].replace("Z", "+00:00"))
if sys.argv[2] not in last:
    sys.exit(f"log: {last!r}")
PY
}

only_caisson() {
	[ "$RUNTIME_NAME" = caisson ] || skip "of caisson only"
}
