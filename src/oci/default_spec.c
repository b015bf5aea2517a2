/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that `spec` writes. Rootless it has no resources, no network namespace and no
 * mount that needs a group of the host, and shows the host's /sys, as runc has it.
 */
#include "abi/capability.h"
#include "abi/types.h"
#include "oci/types_priv.h"

#define STRV(a)                                                                                    \
	{                                                                                          \
		(a), ARRAY_SIZE(a)                                                                 \
	}

static const char *args[] = {"sh"};
static const char *env[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			    "TERM=xterm"};
static const char *masked[] = {"/proc/acpi",        "/proc/asound",        "/proc/kcore",
			       "/proc/keys",        "/proc/latency_stats", "/proc/timer_list",
			       "/proc/timer_stats", "/proc/sched_debug",   "/sys/firmware",
			       "/proc/scsi"};
static const char *readonly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
				 "/proc/sysrq-trigger"};

static const char *dev[] = {"nosuid", "strictatime", "mode=755", "size=65536k"};
/* The last one names a group that a user namespace of one user does not have. */
static const char *pts[] = {"nosuid",        "noexec",    "newinstance",
			    "ptmxmode=0666", "mode=0620", "gid=5"};
static const char *shm[] = {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"};
static const char *mqueue[] = {"nosuid", "noexec", "nodev"};
static const char *sys[] = {"nosuid", "noexec", "nodev", "ro"};
static const char *host_sys[] = {"rbind", "nosuid", "noexec", "nodev", "ro"};
static const char *cgroup[] = {"nosuid", "noexec", "nodev", "relatime", "ro"};

enum { MOUNT_PTS = 2, MOUNT_SYS = 5, MOUNTS = 7 };

static const struct oci_mount mounts[MOUNTS] = {
	{.destination = "/proc", .type = "proc", .source = "proc"},
	{.destination = "/dev", .type = "tmpfs", .source = "tmpfs", .options = STRV(dev)},
	[MOUNT_PTS] = {.destination = "/dev/pts",
		       .type = "devpts",
		       .source = "devpts",
		       .options = STRV(pts)},
	{.destination = "/dev/shm", .type = "tmpfs", .source = "shm", .options = STRV(shm)},
	{.destination = "/dev/mqueue",
	 .type = "mqueue",
	 .source = "mqueue",
	 .options = STRV(mqueue)},
	[MOUNT_SYS] = {.destination = "/sys",
		       .type = "sysfs",
		       .source = "sysfs",
		       .options = STRV(sys)},
	{.destination = "/sys/fs/cgroup",
	 .type = "cgroup",
	 .source = "cgroup",
	 .options = STRV(cgroup)},
};

#define CAPS                                                                                       \
	(LX_CAP_MASK(LX_CAP_AUDIT_WRITE) | LX_CAP_MASK(LX_CAP_KILL) |                              \
	 LX_CAP_MASK(LX_CAP_NET_BIND_SERVICE))

static size_t fill_namespaces(const struct oci_default *d, struct oci_namespace *v)
{
	size_t n = 0;

	v[n++].type = OCI_NS_PID;
	if (!d->rootless)
		v[n++].type = OCI_NS_NETWORK;
	v[n++].type = OCI_NS_IPC;
	v[n++].type = OCI_NS_UTS;
	v[n++].type = OCI_NS_MOUNT;
	if (d->cgroup2)
		v[n++].type = OCI_NS_CGROUP;
	if (d->rootless)
		v[n++].type = OCI_NS_USER;
	return n;
}

static void fill_mounts(const struct oci_default *d, struct oci_mount *v)
{
	for (size_t i = 0; i < MOUNTS; i++)
		v[i] = mounts[i];
	if (!d->rootless)
		return;
	v[MOUNT_PTS].options.n--;
	v[MOUNT_SYS].type = "none";
	v[MOUNT_SYS].source = "/sys";
	v[MOUNT_SYS].options = (struct oci_strv)STRV(host_sys);
}

void oci_default_spec(const struct oci_default *d, struct strbuf *out)
{
	struct oci_capabilities caps = {
		.bounding = CAPS, .effective = CAPS, .permitted = CAPS, .ambient = CAPS};
	struct oci_rlimit files = {.type = LX_RLIMIT_NOFILE, .soft = 1024, .hard = 1024};
	struct oci_process process = {.terminal = true,
				      .args = STRV(args),
				      .env = STRV(env),
				      .cwd = "/",
				      .capabilities = &caps,
				      .rlimits = {&files, 1},
				      .no_new_privileges = true};
	struct oci_namespace namespaces[OCI_NS_COUNT] = {0};
	struct oci_mount own_mounts[MOUNTS];
	struct oci_id_mapping uid = {.host_id = d->uid, .size = 1};
	struct oci_id_mapping gid = {.host_id = d->gid, .size = 1};
	struct oci_device_rule none = {.allow = false, .access_text = "rwm"};
	struct oci_resources resources = {.devices = {&none, 1}};
	struct oci_spec spec = {.oci_version = OCI_VERSION,
				.process = &process,
				.root = {"rootfs", true},
				.hostname = "caisson",
				.mounts = {own_mounts, MOUNTS}};

	fill_mounts(d, own_mounts);
	spec.lx.namespaces.v = namespaces;
	spec.lx.namespaces.n = fill_namespaces(d, namespaces);
	spec.lx.masked_paths = (struct oci_strv)STRV(masked);
	spec.lx.readonly_paths = (struct oci_strv)STRV(readonly);
	if (d->rootless) {
		spec.lx.uid_mappings = (struct oci_id_mappings){&uid, 1};
		spec.lx.gid_mappings = (struct oci_id_mappings){&gid, 1};
	} else {
		spec.lx.resources = &resources;
	}
	oci_spec_encode(&spec, out);
}
