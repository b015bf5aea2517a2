/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what file system calls take, in strace(1)'s order; and how a table is found. */
#include <string.h>

#include "abi/epoll.h"
#include "abi/eventfd.h"
#include "abi/fcntl.h"
#include "abi/inotify.h"
#include "abi/mount.h"
#include "abi/poll.h"
#include "abi/stat.h"
#include "abi/xattr.h"
#include "base/check.h"
#include "sentry/sys/strace_priv.h"

static const struct names *const sets[] = {
	strace_file_names,  strace_memory_names, strace_process_names, strace_signal_names,
	strace_prctl_names, strace_socket_names, strace_option_names,
};

const struct names *names_find(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		for (const struct names *n = sets[i]; n->id; n++) {
			if (strcmp(n->id, id) == 0)
				return n;
		}
	}
	return NULL;
}

const struct names *names_get(const char *id)
{
	const struct names *n = names_find(id);

	check(n);
	return n;
}

/* ---- opening and naming ---- */

static const struct name open_names[] = {
	N(O_CREAT),     N(O_EXCL),      N(O_NOCTTY),   N(O_TRUNC),
	N(O_APPEND),    N(O_NONBLOCK),  N(O_SYNC),     N(O_DSYNC),
	N(O_DIRECT),    N(O_LARGEFILE), N(O_NOFOLLOW), N(O_NOATIME),
	N(O_CLOEXEC),   N(O_PATH),      N(O_TMPFILE),  {LX___O_TMPFILE, "__O_TMPFILE"},
	N(O_DIRECTORY), N(FASYNC),
};

static const struct name filetype_names[] = {
	N(S_IFREG), N(S_IFSOCK), N(S_IFIFO), N(S_IFLNK), N(S_IFDIR), N(S_IFBLK), N(S_IFCHR),
};

static const struct name access_names[] = {N(F_OK), N(R_OK), N(W_OK), N(X_OK)};

static const struct name at_names[] = {
	N(AT_SYMLINK_NOFOLLOW), N(AT_REMOVEDIR),  N(AT_SYMLINK_FOLLOW),
	N(AT_NO_AUTOMOUNT),     N(AT_EMPTY_PATH), N(AT_RECURSIVE),
};

static const struct name statx_at_names[] = {
	N(AT_STATX_FORCE_SYNC), N(AT_STATX_DONT_SYNC), N(AT_SYMLINK_NOFOLLOW), N(AT_REMOVEDIR),
	N(AT_SYMLINK_FOLLOW),   N(AT_NO_AUTOMOUNT),    N(AT_EMPTY_PATH),       N(AT_RECURSIVE),
};

static const struct name faccessat_names[] = {
	N(AT_SYMLINK_NOFOLLOW),
	N(AT_EACCESS),
	N(AT_EMPTY_PATH),
};

static const struct name execveat_names[] = {N(AT_SYMLINK_NOFOLLOW), N(AT_EMPTY_PATH)};
static const struct name handle_at_names[] = {N(AT_SYMLINK_FOLLOW), N(AT_EMPTY_PATH)};
static const struct name mount_setattr_names[] = {
	N(AT_SYMLINK_NOFOLLOW),
	N(AT_NO_AUTOMOUNT),
	N(AT_EMPTY_PATH),
	N(AT_RECURSIVE),
};

static const struct name whence_names[] = {
	N(SEEK_SET), N(SEEK_CUR), N(SEEK_END), N(SEEK_DATA), N(SEEK_HOLE),
};

static const struct name rename_names[] = {N(RENAME_NOREPLACE), N(RENAME_EXCHANGE),
					   N(RENAME_WHITEOUT)};

static const struct name resolve_names[] = {
	N(RESOLVE_NO_XDEV), N(RESOLVE_NO_MAGICLINKS), N(RESOLVE_NO_SYMLINKS),
	N(RESOLVE_BENEATH), N(RESOLVE_IN_ROOT),       N(RESOLVE_CACHED),
};

static const struct name close_range_names[] = {N(CLOSE_RANGE_UNSHARE), N(CLOSE_RANGE_CLOEXEC)};
static const struct name xattr_names[] = {N(XATTR_CREATE), N(XATTR_REPLACE)};

/* ---- data ---- */

static const struct name falloc_names[] = {
	N(FALLOC_FL_KEEP_SIZE),      N(FALLOC_FL_PUNCH_HOLE), N(FALLOC_FL_NO_HIDE_STALE),
	N(FALLOC_FL_COLLAPSE_RANGE), N(FALLOC_FL_ZERO_RANGE), N(FALLOC_FL_INSERT_RANGE),
	N(FALLOC_FL_UNSHARE_RANGE),
};

static const struct name fadvise_names[] = {
	N(POSIX_FADV_NORMAL),   N(POSIX_FADV_RANDOM),   N(POSIX_FADV_SEQUENTIAL),
	N(POSIX_FADV_WILLNEED), N(POSIX_FADV_DONTNEED), N(POSIX_FADV_NOREUSE),
};

static const struct name rwf_names[] = {
	N(RWF_HIPRI), N(RWF_DSYNC), N(RWF_SYNC), N(RWF_NOWAIT), N(RWF_APPEND),
};

static const struct name splice_names[] = {
	N(SPLICE_F_MOVE),
	N(SPLICE_F_NONBLOCK),
	N(SPLICE_F_MORE),
	N(SPLICE_F_GIFT),
};

static const struct name sync_range_names[] = {
	N(SYNC_FILE_RANGE_WAIT_BEFORE),
	N(SYNC_FILE_RANGE_WRITE),
	N(SYNC_FILE_RANGE_WAIT_AFTER),
};

static const struct name mfd_names[] = {N(MFD_CLOEXEC), N(MFD_ALLOW_SEALING), N(MFD_HUGETLB)};

/* ---- descriptors ---- */

static const struct name fd_names[] = {N(FD_CLOEXEC)};

static const struct name flock_names[] = {
	N(LOCK_SH),   N(LOCK_EX), N(LOCK_NB),   N(LOCK_UN),
	N(LOCK_MAND), N(LOCK_RW), N(LOCK_READ), N(LOCK_WRITE),
};

static const struct name lock_type_names[] = {N(F_RDLCK), N(F_WRLCK), N(F_UNLCK), N(F_EXLCK),
					      N(F_SHLCK)};
static const struct name owner_type_names[] = {N(F_OWNER_TID), N(F_OWNER_PID), N(F_OWNER_PGRP)};

static const struct name seal_names[] = {
	N(F_SEAL_SEAL), N(F_SEAL_SHRINK), N(F_SEAL_GROW), N(F_SEAL_WRITE), N(F_SEAL_FUTURE_WRITE),
};

static const struct name notify_names[] = {
	N(DN_ACCESS), N(DN_MODIFY), N(DN_CREATE),    N(DN_DELETE),
	N(DN_RENAME), N(DN_ATTRIB), N(DN_MULTISHOT),
};

static const struct name rw_hint_names[] = {
	N(RWH_WRITE_LIFE_NOT_SET), N(RWH_WRITE_LIFE_NONE), N(RWH_WRITE_LIFE_SHORT),
	N(RWH_WRITE_LIFE_MEDIUM),  N(RWH_WRITE_LIFE_LONG), N(RWH_WRITE_LIFE_EXTREME),
};

static const struct name poll_names[] = {
	N(POLLIN),     N(POLLPRI),    N(POLLOUT),   N(POLLRDNORM), N(POLLWRNORM),
	N(POLLRDBAND), N(POLLWRBAND), N(POLLERR),   N(POLLHUP),    N(POLLNVAL),
	N(POLLMSG),    N(POLLREMOVE), N(POLLRDHUP),
};

static const struct name epoll_names[] = {
	N(EPOLLIN),        N(EPOLLPRI),    N(EPOLLOUT),     N(EPOLLERR),
	N(EPOLLHUP),       N(EPOLLNVAL),   N(EPOLLRDNORM),  N(EPOLLRDBAND),
	N(EPOLLWRNORM),    N(EPOLLWRBAND), N(EPOLLMSG),     N(EPOLLRDHUP),
	N(EPOLLEXCLUSIVE), N(EPOLLWAKEUP), N(EPOLLONESHOT), N(EPOLLET),
};

static const struct name epoll_create_names[] = {N(EPOLL_CLOEXEC)};
static const struct name eventfd_names[] = {N(EFD_SEMAPHORE), N(EFD_CLOEXEC), N(EFD_NONBLOCK)};
static const struct name inotify_init_names[] = {N(IN_NONBLOCK), N(IN_CLOEXEC)};

static const struct name inotify_names[] = {
	N(IN_ACCESS),        N(IN_MODIFY),      N(IN_ATTRIB),      N(IN_CLOSE_WRITE),
	N(IN_CLOSE_NOWRITE), N(IN_OPEN),        N(IN_MOVED_FROM),  N(IN_MOVED_TO),
	N(IN_CREATE),        N(IN_DELETE),      N(IN_DELETE_SELF), N(IN_MOVE_SELF),
	N(IN_UNMOUNT),       N(IN_Q_OVERFLOW),  N(IN_IGNORED),     N(IN_ONLYDIR),
	N(IN_DONT_FOLLOW),   N(IN_EXCL_UNLINK), N(IN_MASK_CREATE), N(IN_MASK_ADD),
	N(IN_ISDIR),         N(IN_ONESHOT),
};

static const struct name userfaultfd_names[] = {{1, "UFFD_USER_MODE_ONLY"},
						N(O_NONBLOCK),
						N(O_CLOEXEC)};
static const struct name mq_names[] = {N(O_NONBLOCK)};
static const struct name cloexec_names[] = {N(O_CLOEXEC)};

/* ---- stat ---- */

static const struct name statx_mask_names[] = {
	N(STATX_ALL),    N(STATX_BASIC_STATS), N(STATX_TYPE),   N(STATX_MODE),
	N(STATX_NLINK),  N(STATX_UID),         N(STATX_GID),    N(STATX_ATIME),
	N(STATX_MTIME),  N(STATX_CTIME),       N(STATX_INO),    N(STATX_SIZE),
	N(STATX_BLOCKS), N(STATX_BTIME),       N(STATX_MNT_ID), N(STATX_DIOALIGN),
};

static const struct name statx_attr_names[] = {
	N(STATX_ATTR_COMPRESSED), N(STATX_ATTR_IMMUTABLE), N(STATX_ATTR_APPEND),
	N(STATX_ATTR_NODUMP),     N(STATX_ATTR_ENCRYPTED), N(STATX_ATTR_AUTOMOUNT),
	N(STATX_ATTR_MOUNT_ROOT), N(STATX_ATTR_VERITY),    N(STATX_ATTR_DAX),
};

static const struct name statfs_flag_names[] = {
	N(ST_VALID),    N(ST_RDONLY),      N(ST_NOSUID),
	N(ST_NODEV),    N(ST_NOEXEC),      {LX_ST_SYNCHRONOUS, "ST_SYNCHRONOUS"},
	N(ST_MANDLOCK), N(ST_NOATIME),     N(ST_NODIRATIME),
	N(ST_RELATIME), N(ST_NOSYMFOLLOW),
};

static const struct name fs_magic_names[] = {
	N(QNX4_SUPER_MAGIC),
	N(AUTOFS_SUPER_MAGIC),
	N(MINIX_SUPER_MAGIC),
	N(DEVPTS_SUPER_MAGIC),
	N(MINIX2_SUPER_MAGIC),
	N(NILFS_SUPER_MAGIC),
	N(MSDOS_SUPER_MAGIC),
	N(SMB_SUPER_MAGIC),
	N(NCP_SUPER_MAGIC),
	N(NFS_SUPER_MAGIC),
	N(JFFS2_SUPER_MAGIC),
	N(ISOFS_SUPER_MAGIC),
	N(PROC_SUPER_MAGIC),
	N(OPENPROM_SUPER_MAGIC),
	N(USBDEVICE_SUPER_MAGIC),
	N(ADFS_SUPER_MAGIC),
	N(AFFS_SUPER_MAGIC),
	N(EXT2_SUPER_MAGIC),
	N(ECRYPTFS_SUPER_MAGIC),
	N(CGROUP_SUPER_MAGIC),
	N(EFS_SUPER_MAGIC),
	N(HOSTFS_SUPER_MAGIC),
	N(CEPH_SUPER_MAGIC),
	N(TMPFS_MAGIC),
	N(V9FS_MAGIC),
	N(ANON_INODE_FS_MAGIC),
	N(FUTEXFS_SUPER_MAGIC),
	N(UDF_SUPER_MAGIC),
	N(CRAMFS_MAGIC),
	N(BINFMTFS_MAGIC),
	N(SMACK_MAGIC),
	N(PIPEFS_MAGIC),
	N(REISERFS_SUPER_MAGIC),
	N(AFS_SUPER_MAGIC),
	N(SOCKFS_MAGIC),
	N(XFS_SUPER_MAGIC),
	N(PSTOREFS_MAGIC),
	N(BDEVFS_MAGIC),
	N(SYSFS_MAGIC),
	N(CGROUP2_SUPER_MAGIC),
	N(DEBUGFS_MAGIC),
	N(FUSE_SUPER_MAGIC),
	N(QNX6_SUPER_MAGIC),
	N(NSFS_MAGIC),
	N(SECURITYFS_MAGIC),
	N(SQUASHFS_MAGIC),
	N(BTRFS_TEST_MAGIC),
	N(CODA_SUPER_MAGIC),
	N(OCFS2_SUPER_MAGIC),
	N(TRACEFS_MAGIC),
	N(OVERLAYFS_SUPER_MAGIC),
	N(RAMFS_MAGIC),
	N(BTRFS_SUPER_MAGIC),
	N(HUGETLBFS_MAGIC),
	N(XENFS_SUPER_MAGIC),
	N(BPF_FS_MAGIC),
	N(EFIVARFS_MAGIC),
	N(F2FS_SUPER_MAGIC),
	N(SELINUX_MAGIC),
	N(CIFS_SUPER_MAGIC),
	{LX_MQUEUE_MAGIC, "MQUEUE_MAGIC"},
};

/* ---- mounts ---- */

static const struct name mount_names[] = {
	N(MS_RDONLY),     N(MS_NOSUID),       N(MS_NODEV),     N(MS_NOEXEC),      N(MS_SYNCHRONOUS),
	N(MS_REMOUNT),    N(MS_MANDLOCK),     N(MS_DIRSYNC),   N(MS_NOSYMFOLLOW), N(MS_NOATIME),
	N(MS_NODIRATIME), N(MS_BIND),         N(MS_MOVE),      N(MS_REC),         N(MS_SILENT),
	N(MS_POSIXACL),   N(MS_UNBINDABLE),   N(MS_PRIVATE),   N(MS_SLAVE),       N(MS_SHARED),
	N(MS_RELATIME),   N(MS_KERNMOUNT),    N(MS_I_VERSION), N(MS_STRICTATIME), N(MS_LAZYTIME),
	N(MS_SUBMOUNT),   N(MS_NOREMOTELOCK), N(MS_NOSEC),     N(MS_BORN),        N(MS_ACTIVE),
	N(MS_NOUSER),
};

static const struct name umount_names[] = {N(MNT_FORCE), N(MNT_DETACH), N(MNT_EXPIRE),
					   N(UMOUNT_NOFOLLOW)};

static const struct name open_tree_names[] = {
	N(OPEN_TREE_CLONE),   N(OPEN_TREE_CLOEXEC), N(AT_SYMLINK_NOFOLLOW), N(AT_REMOVEDIR),
	N(AT_SYMLINK_FOLLOW), N(AT_NO_AUTOMOUNT),   N(AT_EMPTY_PATH),       N(AT_RECURSIVE),
};

static const struct name move_mount_names[] = {
	N(MOVE_MOUNT_F_SYMLINKS), N(MOVE_MOUNT_F_AUTOMOUNTS), N(MOVE_MOUNT_F_EMPTY_PATH),
	N(MOVE_MOUNT_T_SYMLINKS), N(MOVE_MOUNT_T_AUTOMOUNTS), N(MOVE_MOUNT_T_EMPTY_PATH),
	N(MOVE_MOUNT_SET_GROUP),
};

static const struct name fsopen_names[] = {N(FSOPEN_CLOEXEC)};
static const struct name fsmount_names[] = {N(FSMOUNT_CLOEXEC)};

static const struct name fspick_names[] = {
	N(FSPICK_CLOEXEC),
	N(FSPICK_SYMLINK_NOFOLLOW),
	N(FSPICK_NO_AUTOMOUNT),
	N(FSPICK_EMPTY_PATH),
};

static const struct name mount_attr_names[] = {
	N(MOUNT_ATTR_RDONLY),     N(MOUNT_ATTR_NOSUID),  N(MOUNT_ATTR_NODEV),
	N(MOUNT_ATTR_NOEXEC),     N(MOUNT_ATTR_NOATIME), N(MOUNT_ATTR_STRICTATIME),
	N(MOUNT_ATTR_NODIRATIME), N(MOUNT_ATTR_IDMAP),   N(MOUNT_ATTR_NOSYMFOLLOW),
};

const struct names strace_file_names[] = {
	NAMES("open", "O_???", open_names),
	NAMES("filetype", "S_IF???", filetype_names),
	NAMES("access", "?_OK", access_names),
	NAMES("at", "AT_???", at_names),
	NAMES("statx_at", "AT_???", statx_at_names),
	NAMES("faccessat", "AT_???", faccessat_names),
	NAMES("execveat", "AT_???", execveat_names),
	NAMES("handle_at", "AT_???", handle_at_names),
	NAMES("mount_setattr", "AT_???", mount_setattr_names),
	NAMES("whence", "SEEK_???", whence_names),
	NAMES("rename", "RENAME_??", rename_names),
	NAMES("resolve", "RESOLVE_???", resolve_names),
	NAMES("close_range", "CLOSE_RANGE_???", close_range_names),
	NAMES("xattr", "XATTR_???", xattr_names),
	NAMES("falloc", "FALLOC_FL_???", falloc_names),
	NAMES("fadvise", "POSIX_FADV_???", fadvise_names),
	NAMES("rwf", "RWF_???", rwf_names),
	NAMES("splice", "SPLICE_F_???", splice_names),
	NAMES("sync_range", "SYNC_FILE_RANGE_???", sync_range_names),
	NAMES("mfd", "MFD_???", mfd_names),
	NAMES("fdflags", "FD_???", fd_names),
	NAMES("flock", "LOCK_???", flock_names),
	NAMES("lock_type", "F_???", lock_type_names),
	NAMES("owner_type", "F_???", owner_type_names),
	NAMES("seal", "F_SEAL_???", seal_names),
	NAMES("dnotify", "DN_???", notify_names),
	NAMES("rw_hint", "RWH_WRITE_LIFE_???", rw_hint_names),
	NAMES("poll", "POLL???", poll_names),
	NAMES("epoll", "EPOLL???", epoll_names),
	NAMES("epoll_create", "EPOLL_???", epoll_create_names),
	NAMES("eventfd", "EFD_???", eventfd_names),
	NAMES("inotify_init", "IN_???", inotify_init_names),
	NAMES("inotify", "IN_???", inotify_names),
	NAMES("userfaultfd", "UFFD_???", userfaultfd_names),
	NAMES("mq", "O_???", mq_names),
	NAMES("cloexec", "", cloexec_names),
	NAMES("statx_mask", "STATX_???", statx_mask_names),
	NAMES("statx_attr", "STATX_ATTR_???", statx_attr_names),
	NAMES("statfs_flags", "ST_???", statfs_flag_names),
	NAMES("fs_magic", "??? _SUPER_MAGIC", fs_magic_names),
	NAMES("mount", "MS_???", mount_names),
	NAMES("umount", "MNT_???", umount_names),
	NAMES("open_tree", "OPEN_TREE_???", open_tree_names),
	NAMES("move_mount", "MOVE_MOUNT_???", move_mount_names),
	NAMES("fsopen", "FSOPEN_???", fsopen_names),
	NAMES("fsmount", "FSMOUNT_???", fsmount_names),
	NAMES("fspick", "FSPICK_???", fspick_names),
	NAMES("mount_attr", "MOUNT_ATTR_???", mount_attr_names),
	{0},
};
