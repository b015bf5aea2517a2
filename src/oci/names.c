/* SPDX-License-Identifier: Apache-2.0 */
/* Names that more than one part of a configuration uses, and checks of values that several share. */
#include <stdio.h>
#include <string.h>

#include "abi/capability.h"
#include "abi/fcntl.h"
#include "abi/sched.h"
#include "oci/types_priv.h"

const struct oci_name oci_ns_names[] = {
	{"cgroup", OCI_NS_CGROUP},   {"ipc", OCI_NS_IPC}, {"mount", OCI_NS_MOUNT},
	{"network", OCI_NS_NETWORK}, {"pid", OCI_NS_PID}, {"time", OCI_NS_TIME},
	{"user", OCI_NS_USER},       {"uts", OCI_NS_UTS}, {NULL, 0},
};

static const uint64_t clone_flags[OCI_NS_COUNT] = {
	[OCI_NS_PID] = LX_CLONE_NEWPID,       [OCI_NS_NETWORK] = LX_CLONE_NEWNET,
	[OCI_NS_MOUNT] = LX_CLONE_NEWNS,      [OCI_NS_IPC] = LX_CLONE_NEWIPC,
	[OCI_NS_UTS] = LX_CLONE_NEWUTS,       [OCI_NS_USER] = LX_CLONE_NEWUSER,
	[OCI_NS_CGROUP] = LX_CLONE_NEWCGROUP, [OCI_NS_TIME] = LX_CLONE_NEWTIME,
};

#define CAP(name)                                                                                  \
	{                                                                                          \
		"CAP_" #name, LX_CAP_MASK(LX_CAP_##name)                                           \
	}

const struct oci_name oci_cap_names[] = {
	CAP(AUDIT_CONTROL),   CAP(AUDIT_READ),   CAP(AUDIT_WRITE),
	CAP(BLOCK_SUSPEND),   CAP(BPF),          CAP(CHECKPOINT_RESTORE),
	CAP(CHOWN),           CAP(DAC_OVERRIDE), CAP(DAC_READ_SEARCH),
	CAP(FOWNER),          CAP(FSETID),       CAP(IPC_LOCK),
	CAP(IPC_OWNER),       CAP(KILL),         CAP(LEASE),
	CAP(LINUX_IMMUTABLE), CAP(MAC_ADMIN),    CAP(MAC_OVERRIDE),
	CAP(MKNOD),           CAP(NET_ADMIN),    CAP(NET_BIND_SERVICE),
	CAP(NET_BROADCAST),   CAP(NET_RAW),      CAP(PERFMON),
	CAP(SETFCAP),         CAP(SETGID),       CAP(SETPCAP),
	CAP(SETUID),          CAP(SYSLOG),       CAP(SYS_ADMIN),
	CAP(SYS_BOOT),        CAP(SYS_CHROOT),   CAP(SYS_MODULE),
	CAP(SYS_NICE),        CAP(SYS_PACCT),    CAP(SYS_PTRACE),
	CAP(SYS_RAWIO),       CAP(SYS_RESOURCE), CAP(SYS_TIME),
	CAP(SYS_TTY_CONFIG),  CAP(WAKE_ALARM),   {NULL, 0},
};
_Static_assert(ARRAY_SIZE(oci_cap_names) == LX_CAP_LAST_CAP + 2, "a capability without a name");

const char *oci_cap_name(unsigned int cap)
{
	return cap <= LX_CAP_LAST_CAP ? oci_name_of(oci_cap_names, LX_CAP_MASK(cap)) : NULL;
}

const char *oci_ns_name(enum oci_ns type)
{
	return oci_name_of(oci_ns_names, type);
}

uint64_t oci_ns_clone_flag(enum oci_ns type)
{
	return type < OCI_NS_COUNT ? clone_flags[type] : 0;
}

const char *oci_map_get(const struct oci_map *m, const char *key)
{
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->v[i].key, key) == 0)
			return m->v[i].value;
	}
	return NULL;
}

bool oci_strv_has(const struct oci_strv *v, const char *s)
{
	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(v->v[i], s) == 0)
			return true;
	}
	return false;
}

int oci_verify_list(struct oci_reader *r, const char *property, const char *list)
{
	if (list && list[strspn(list, "0123456789-, \n")] != '\0')
		return oci_refuse(r, property, "must be a list such as 0-3,7, not \"%.100s\"",
				  list);
	return 0;
}

int oci_verify_paths(struct oci_reader *r, const char *property, const struct oci_strv *v)
{
	char name[64];

	for (size_t i = 0; i < v->n; i++) {
		if (v->v[i][0] == '/' && strlen(v->v[i]) < LX_PATH_MAX)
			continue;
		snprintf(name, sizeof(name), "%s[%zu]", property, i);
		return oci_refuse(r, name, "must be an absolute path, not \"%.100s\"", v->v[i]);
	}
	return 0;
}
