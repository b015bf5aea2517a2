/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/capability.h against the host's own headers. See abi/abi_check.h. */
#include "abi/capability.h"

#include <linux/capability.h>

#include "abi/abi_check.h"

SAME(CAP_CHOWN);
SAME(CAP_DAC_OVERRIDE);
SAME(CAP_DAC_READ_SEARCH);
SAME(CAP_FOWNER);
SAME(CAP_FSETID);
SAME(CAP_KILL);
SAME(CAP_SETGID);
SAME(CAP_SETUID);
SAME(CAP_SETPCAP);
SAME(CAP_LINUX_IMMUTABLE);
SAME(CAP_NET_BIND_SERVICE);
SAME(CAP_NET_BROADCAST);
SAME(CAP_NET_ADMIN);
SAME(CAP_NET_RAW);
SAME(CAP_IPC_LOCK);
SAME(CAP_IPC_OWNER);
SAME(CAP_SYS_MODULE);
SAME(CAP_SYS_RAWIO);
SAME(CAP_SYS_CHROOT);
SAME(CAP_SYS_PTRACE);
SAME(CAP_SYS_PACCT);
SAME(CAP_SYS_ADMIN);
SAME(CAP_SYS_BOOT);
SAME(CAP_SYS_NICE);
SAME(CAP_SYS_RESOURCE);
SAME(CAP_SYS_TIME);
SAME(CAP_SYS_TTY_CONFIG);
SAME(CAP_MKNOD);
SAME(CAP_LEASE);
SAME(CAP_AUDIT_WRITE);
SAME(CAP_AUDIT_CONTROL);
SAME(CAP_SETFCAP);
SAME(CAP_MAC_OVERRIDE);
SAME(CAP_MAC_ADMIN);
SAME(CAP_SYSLOG);
SAME(CAP_WAKE_ALARM);
SAME(CAP_BLOCK_SUSPEND);
SAME(CAP_AUDIT_READ);
SAME(CAP_PERFMON);
SAME(CAP_BPF);
SAME(CAP_CHECKPOINT_RESTORE);
SAME(CAP_LAST_CAP);
SAME(_LINUX_CAPABILITY_VERSION_1);
SAME(_LINUX_CAPABILITY_VERSION_2);
SAME(_LINUX_CAPABILITY_VERSION_3);
SAME(_LINUX_CAPABILITY_U32S_1);
SAME(_LINUX_CAPABILITY_U32S_2);
SAME(_LINUX_CAPABILITY_U32S_3);
SAME(VFS_CAP_REVISION_MASK);
SAME(VFS_CAP_FLAGS_EFFECTIVE);
SAME(VFS_CAP_REVISION_1);
SAME(VFS_CAP_REVISION_2);
SAME(VFS_CAP_REVISION_3);

SAME_SIZE(struct lx_cap_user_header, struct __user_cap_header_struct);
SAME_FIELD(struct lx_cap_user_header, version, struct __user_cap_header_struct, version);
SAME_FIELD(struct lx_cap_user_header, pid, struct __user_cap_header_struct, pid);
SAME_SIZE(struct lx_cap_user_data, struct __user_cap_data_struct);
SAME_FIELD(struct lx_cap_user_data, effective, struct __user_cap_data_struct, effective);
SAME_FIELD(struct lx_cap_user_data, permitted, struct __user_cap_data_struct, permitted);
SAME_FIELD(struct lx_cap_user_data, inheritable, struct __user_cap_data_struct, inheritable);
SAME_SIZE(struct lx_vfs_cap_data, struct vfs_cap_data);
SAME_FIELD(struct lx_vfs_cap_data, magic_etc, struct vfs_cap_data, magic_etc);
SAME_FIELD(struct lx_vfs_cap_data, data, struct vfs_cap_data, data);
SAME_SIZE(struct lx_vfs_ns_cap_data, struct vfs_ns_cap_data);
SAME_FIELD(struct lx_vfs_ns_cap_data, magic_etc, struct vfs_ns_cap_data, magic_etc);
SAME_FIELD(struct lx_vfs_ns_cap_data, data, struct vfs_ns_cap_data, data);
SAME_FIELD(struct lx_vfs_ns_cap_data, rootid, struct vfs_ns_cap_data, rootid);
