/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounting.
 * Source: include/uapi/linux/mount.h, include/linux/fs.h; mount(2), umount2(2),
 * mount_setattr(2), pivot_root(2), statmount(2), listmount(2). The MS_* of msync(2) are in mman.h.
 */
#ifndef CAISSON_ABI_MOUNT_H
#define CAISSON_ABI_MOUNT_H

#include <stdint.h>

#include "abi/layout.h"

#define LX_MS_RDONLY       1
#define LX_MS_NOSUID       2
#define LX_MS_NODEV        4
#define LX_MS_NOEXEC       8
#define LX_MS_SYNCHRONOUS  16
#define LX_MS_REMOUNT      32
#define LX_MS_MANDLOCK     64
#define LX_MS_DIRSYNC      128
#define LX_MS_NOSYMFOLLOW  256
#define LX_MS_NOATIME      1024
#define LX_MS_NODIRATIME   2048
#define LX_MS_BIND         4096
#define LX_MS_MOVE         8192
#define LX_MS_REC          16384
#define LX_MS_VERBOSE      32768
#define LX_MS_SILENT       32768
#define LX_MS_POSIXACL     65536
#define LX_MS_UNBINDABLE   131072
#define LX_MS_PRIVATE      262144
#define LX_MS_SLAVE        524288
#define LX_MS_SHARED       1048576
#define LX_MS_RELATIME     2097152
#define LX_MS_KERNMOUNT    4194304
#define LX_MS_I_VERSION    8388608
#define LX_MS_STRICTATIME  16777216
#define LX_MS_LAZYTIME     33554432
#define LX_MS_SUBMOUNT     67108864
#define LX_MS_NOREMOTELOCK 134217728
#define LX_MS_NOSEC        268435456
#define LX_MS_BORN         536870912
#define LX_MS_ACTIVE       0x40000000
#define LX_MS_NOUSER       0x80000000
#define LX_MS_RMT_MASK     0x2800051
#define LX_MS_MGC_VAL      0xc0ed0000
#define LX_MS_MGC_MSK      0xffff0000

/* umount2(2) */
#define LX_MNT_FORCE       0x1
#define LX_MNT_DETACH      0x2
#define LX_MNT_EXPIRE      0x4
#define LX_UMOUNT_NOFOLLOW 0x8
#define LX_UMOUNT_UNUSED   0x80000000

/* open_tree(2), move_mount(2), fsopen(2), fspick(2), fsconfig(2), fsmount(2) */
#define LX_OPEN_TREE_CLONE          0x1
#define LX_OPEN_TREE_NAMESPACE      0x2
#define LX_OPEN_TREE_CLOEXEC        02000000
#define LX_MOVE_MOUNT_F_SYMLINKS    0x1
#define LX_MOVE_MOUNT_F_AUTOMOUNTS  0x2
#define LX_MOVE_MOUNT_F_EMPTY_PATH  0x4
#define LX_MOVE_MOUNT_T_SYMLINKS    0x10
#define LX_MOVE_MOUNT_T_AUTOMOUNTS  0x20
#define LX_MOVE_MOUNT_T_EMPTY_PATH  0x40
#define LX_MOVE_MOUNT_SET_GROUP     0x100
#define LX_MOVE_MOUNT_BENEATH       0x200
#define LX_FSOPEN_CLOEXEC           0x1
#define LX_FSPICK_CLOEXEC           0x1
#define LX_FSPICK_SYMLINK_NOFOLLOW  0x2
#define LX_FSPICK_NO_AUTOMOUNT      0x4
#define LX_FSPICK_EMPTY_PATH        0x8
#define LX_FSMOUNT_CLOEXEC          0x1
#define LX_FSCONFIG_SET_FLAG        0
#define LX_FSCONFIG_SET_STRING      1
#define LX_FSCONFIG_SET_BINARY      2
#define LX_FSCONFIG_SET_PATH        3
#define LX_FSCONFIG_SET_PATH_EMPTY  4
#define LX_FSCONFIG_SET_FD          5
#define LX_FSCONFIG_CMD_CREATE      6
#define LX_FSCONFIG_CMD_RECONFIGURE 7
#define LX_FSCONFIG_CMD_CREATE_EXCL 8
#define LX_MOUNT_ATTR_RDONLY        0x1
#define LX_MOUNT_ATTR_NOSUID        0x2
#define LX_MOUNT_ATTR_NODEV         0x4
#define LX_MOUNT_ATTR_NOEXEC        0x8
#define LX_MOUNT_ATTR__ATIME        0x70
#define LX_MOUNT_ATTR_RELATIME      0x0
#define LX_MOUNT_ATTR_NOATIME       0x10
#define LX_MOUNT_ATTR_STRICTATIME   0x20
#define LX_MOUNT_ATTR_NODIRATIME    0x80
#define LX_MOUNT_ATTR_IDMAP         0x100000
#define LX_MOUNT_ATTR_NOSYMFOLLOW   0x200000

struct lx_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};
LX_ASSERT_SIZE(struct lx_mount_attr, 32);
LX_ASSERT_AT(struct lx_mount_attr, attr_set, 0);
LX_ASSERT_AT(struct lx_mount_attr, attr_clr, 8);
LX_ASSERT_AT(struct lx_mount_attr, propagation, 16);
LX_ASSERT_AT(struct lx_mount_attr, userns_fd, 24);

#define LX_MOUNT_ATTR_SIZE_VER0 32

/* statmount(2), listmount(2): the request, and which parts of the answer it asks for */
struct lx_mnt_id_req {
	uint32_t size;
	uint32_t mnt_ns_fd;
	uint64_t mnt_id;
	uint64_t param;
	uint64_t mnt_ns_id; /* from LX_MNT_ID_REQ_SIZE_VER1 on */
};
LX_ASSERT_SIZE(struct lx_mnt_id_req, 32);
LX_ASSERT_AT(struct lx_mnt_id_req, size, 0);
LX_ASSERT_AT(struct lx_mnt_id_req, mnt_id, 8);
LX_ASSERT_AT(struct lx_mnt_id_req, param, 16);
LX_ASSERT_AT(struct lx_mnt_id_req, mnt_ns_id, 24);

#define LX_MNT_ID_REQ_SIZE_VER0     24
#define LX_MNT_ID_REQ_SIZE_VER1     32
#define LX_LSMT_ROOT                0xffffffffffffffffULL
#define LX_LISTMOUNT_REVERSE        0x1
#define LX_STATMOUNT_SB_BASIC       0x1
#define LX_STATMOUNT_MNT_BASIC      0x2
#define LX_STATMOUNT_PROPAGATE_FROM 0x4
#define LX_STATMOUNT_MNT_ROOT       0x8
#define LX_STATMOUNT_MNT_POINT      0x10
#define LX_STATMOUNT_FS_TYPE        0x20
#define LX_STATMOUNT_MNT_NS_ID      0x40
#define LX_STATMOUNT_MNT_OPTS       0x80
#define LX_STATMOUNT_FS_SUBTYPE     0x100
#define LX_STATMOUNT_SB_SOURCE      0x200
#define LX_STATMOUNT_OPT_ARRAY      0x400
#define LX_STATMOUNT_OPT_SEC_ARRAY  0x800
#define LX_STATMOUNT_SUPPORTED_MASK 0x1000
#define LX_STATMOUNT_MNT_UIDMAP     0x2000
#define LX_STATMOUNT_MNT_GIDMAP     0x4000

#endif
