/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities. Source: include/uapi/linux/capability.h; capabilities(7), capget(2). */
#ifndef CAISSON_ABI_CAPABILITY_H
#define CAISSON_ABI_CAPABILITY_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_CAP_CHOWN              0
#define LX_CAP_DAC_OVERRIDE       1
#define LX_CAP_DAC_READ_SEARCH    2
#define LX_CAP_FOWNER             3
#define LX_CAP_FSETID             4
#define LX_CAP_KILL               5
#define LX_CAP_SETGID             6
#define LX_CAP_SETUID             7
#define LX_CAP_SETPCAP            8
#define LX_CAP_LINUX_IMMUTABLE    9
#define LX_CAP_NET_BIND_SERVICE   10
#define LX_CAP_NET_BROADCAST      11
#define LX_CAP_NET_ADMIN          12
#define LX_CAP_NET_RAW            13
#define LX_CAP_IPC_LOCK           14
#define LX_CAP_IPC_OWNER          15
#define LX_CAP_SYS_MODULE         16
#define LX_CAP_SYS_RAWIO          17
#define LX_CAP_SYS_CHROOT         18
#define LX_CAP_SYS_PTRACE         19
#define LX_CAP_SYS_PACCT          20
#define LX_CAP_SYS_ADMIN          21
#define LX_CAP_SYS_BOOT           22
#define LX_CAP_SYS_NICE           23
#define LX_CAP_SYS_RESOURCE       24
#define LX_CAP_SYS_TIME           25
#define LX_CAP_SYS_TTY_CONFIG     26
#define LX_CAP_MKNOD              27
#define LX_CAP_LEASE              28
#define LX_CAP_AUDIT_WRITE        29
#define LX_CAP_AUDIT_CONTROL      30
#define LX_CAP_SETFCAP            31
#define LX_CAP_MAC_OVERRIDE       32
#define LX_CAP_MAC_ADMIN          33
#define LX_CAP_SYSLOG             34
#define LX_CAP_WAKE_ALARM         35
#define LX_CAP_BLOCK_SUSPEND      36
#define LX_CAP_AUDIT_READ         37
#define LX_CAP_PERFMON            38
#define LX_CAP_BPF                39
#define LX_CAP_CHECKPOINT_RESTORE 40
#define LX_CAP_LAST_CAP           40
/* A set as one word, and the set of all. */
#define LX_CAP_MASK(cap) (1ULL << (cap))
#define LX_CAP_FULL_SET  (LX_CAP_MASK(LX_CAP_LAST_CAP + 1) - 1)

/* capget(2), capset(2) */
#define LX__LINUX_CAPABILITY_VERSION_1 0x19980330
#define LX__LINUX_CAPABILITY_VERSION_2 0x20071026
#define LX__LINUX_CAPABILITY_VERSION_3 0x20080522
#define LX__LINUX_CAPABILITY_U32S_1    1
#define LX__LINUX_CAPABILITY_U32S_2    2
#define LX__LINUX_CAPABILITY_U32S_3    2

struct lx_cap_user_header {
	uint32_t version;
	int32_t pid;
};
LX_ASSERT_SIZE(struct lx_cap_user_header, 8);
LX_ASSERT_AT(struct lx_cap_user_header, version, 0);
LX_ASSERT_AT(struct lx_cap_user_header, pid, 4);

/* One for version 1, two (low, then high 32 capabilities) for 2 and 3. */
struct lx_cap_user_data {
	uint32_t effective;
	uint32_t permitted;
	uint32_t inheritable;
};
LX_ASSERT_SIZE(struct lx_cap_user_data, 12);
LX_ASSERT_AT(struct lx_cap_user_data, effective, 0);
LX_ASSERT_AT(struct lx_cap_user_data, permitted, 4);
LX_ASSERT_AT(struct lx_cap_user_data, inheritable, 8);

/* The extended attribute security.capability, little endian. */
#define LX_VFS_CAP_REVISION_MASK   0xff000000
#define LX_VFS_CAP_FLAGS_EFFECTIVE 0x1
#define LX_VFS_CAP_REVISION_1      0x1000000
#define LX_VFS_CAP_REVISION_2      0x2000000
#define LX_VFS_CAP_REVISION_3      0x3000000

struct lx_vfs_cap_data {
	uint32_t magic_etc; /* revision | flags */
	struct {
		uint32_t permitted;
		uint32_t inheritable;
	} data[2];
};
LX_ASSERT_SIZE(struct lx_vfs_cap_data, 20);
LX_ASSERT_AT(struct lx_vfs_cap_data, magic_etc, 0);
LX_ASSERT_AT(struct lx_vfs_cap_data, data, 4);

struct lx_vfs_ns_cap_data {
	uint32_t magic_etc;
	struct {
		uint32_t permitted;
		uint32_t inheritable;
	} data[2];
	uint32_t rootid;
};
LX_ASSERT_SIZE(struct lx_vfs_ns_cap_data, 24);
LX_ASSERT_AT(struct lx_vfs_ns_cap_data, magic_etc, 0);
LX_ASSERT_AT(struct lx_vfs_ns_cap_data, data, 4);
LX_ASSERT_AT(struct lx_vfs_ns_cap_data, rootid, 20);

#endif
