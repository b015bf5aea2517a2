/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time test: abi/stat.h against the host's own headers. See abi/abi_check.h. */
#include "abi/stat.h"

#include <sys/stat.h>
#include <linux/stat.h>
#include <asm/statfs.h>
#include <linux/magic.h>

#include "abi/abi_check.h"

SAME(S_IFMT); SAME(S_IFSOCK); SAME(S_IFLNK); SAME(S_IFREG); SAME(S_IFBLK); SAME(S_IFDIR);
SAME(S_IFCHR); SAME(S_IFIFO); SAME(S_ISUID); SAME(S_ISGID); SAME(S_ISVTX); SAME(S_IRWXU);
SAME(S_IRUSR); SAME(S_IWUSR); SAME(S_IXUSR); SAME(S_IRWXG); SAME(S_IRGRP); SAME(S_IWGRP);
SAME(S_IXGRP); SAME(S_IRWXO); SAME(S_IROTH); SAME(S_IWOTH); SAME(S_IXOTH); SAME(STATX_TYPE);
SAME(STATX_MODE); SAME(STATX_NLINK); SAME(STATX_UID); SAME(STATX_GID); SAME(STATX_ATIME);
SAME(STATX_MTIME); SAME(STATX_CTIME); SAME(STATX_INO); SAME(STATX_SIZE); SAME(STATX_BLOCKS);
SAME(STATX_BASIC_STATS); SAME(STATX_BTIME); SAME(STATX_MNT_ID); SAME(STATX_DIOALIGN);
SAME(STATX_ALL); SAME(STATX_ATTR_COMPRESSED); SAME(STATX_ATTR_IMMUTABLE); SAME(STATX_ATTR_APPEND);
SAME(STATX_ATTR_NODUMP); SAME(STATX_ATTR_ENCRYPTED); SAME(STATX_ATTR_AUTOMOUNT);
SAME(STATX_ATTR_MOUNT_ROOT); SAME(STATX_ATTR_VERITY); SAME(STATX_ATTR_DAX); SAME(AAFS_MAGIC);
SAME(ADFS_SUPER_MAGIC); SAME(AFFS_SUPER_MAGIC); SAME(AFS_FS_MAGIC); SAME(AFS_SUPER_MAGIC);
SAME(ANON_INODE_FS_MAGIC); SAME(AUTOFS_SUPER_MAGIC); SAME(BDEVFS_MAGIC);
SAME(BINDERFS_SUPER_MAGIC); SAME(BINFMTFS_MAGIC); SAME(BPF_FS_MAGIC); SAME(BTRFS_SUPER_MAGIC);
SAME(BTRFS_TEST_MAGIC); SAME(CEPH_SUPER_MAGIC); SAME(CGROUP2_SUPER_MAGIC);
SAME(CGROUP_SUPER_MAGIC); SAME(CIFS_SUPER_MAGIC); SAME(CODA_SUPER_MAGIC); SAME(CRAMFS_MAGIC);
SAME(DAXFS_MAGIC); SAME(DEBUGFS_MAGIC); SAME(DEVMEM_MAGIC); SAME(DEVPTS_SUPER_MAGIC);
SAME(DMA_BUF_MAGIC); SAME(ECRYPTFS_SUPER_MAGIC); SAME(EFIVARFS_MAGIC); SAME(EFS_SUPER_MAGIC);
SAME(EXFAT_SUPER_MAGIC); SAME(EXT2_SUPER_MAGIC); SAME(EXT3_SUPER_MAGIC); SAME(EXT4_SUPER_MAGIC);
SAME(F2FS_SUPER_MAGIC); SAME(FUSE_SUPER_MAGIC); SAME(FUTEXFS_SUPER_MAGIC);
SAME(HOSTFS_SUPER_MAGIC); SAME(HPFS_SUPER_MAGIC); SAME(HUGETLBFS_MAGIC); SAME(ISOFS_SUPER_MAGIC);
SAME(JFFS2_SUPER_MAGIC); SAME(MINIX2_SUPER_MAGIC); SAME(MINIX3_SUPER_MAGIC);
SAME(MINIX_SUPER_MAGIC); SAME(MSDOS_SUPER_MAGIC); SAME(MTD_INODE_FS_MAGIC); SAME(NCP_SUPER_MAGIC);
SAME(NFS_SUPER_MAGIC); SAME(NILFS_SUPER_MAGIC); SAME(NSFS_MAGIC); SAME(OCFS2_SUPER_MAGIC);
SAME(OPENPROM_SUPER_MAGIC); SAME(OVERLAYFS_SUPER_MAGIC); SAME(PIPEFS_MAGIC);
SAME(PROC_SUPER_MAGIC); SAME(PSTOREFS_MAGIC); SAME(QNX4_SUPER_MAGIC); SAME(QNX6_SUPER_MAGIC);
SAME(RAMFS_MAGIC); SAME(RDTGROUP_SUPER_MAGIC); SAME(REISERFS_SUPER_MAGIC); SAME(SECRETMEM_MAGIC);
SAME(SECURITYFS_MAGIC); SAME(SELINUX_MAGIC); SAME(SMACK_MAGIC); SAME(SMB2_SUPER_MAGIC);
SAME(SMB_SUPER_MAGIC); SAME(SOCKFS_MAGIC); SAME(SQUASHFS_MAGIC); SAME(STACK_END_MAGIC);
SAME(SYSFS_MAGIC); SAME(TMPFS_MAGIC); SAME(TRACEFS_MAGIC); SAME(UDF_SUPER_MAGIC);
SAME(USBDEVICE_SUPER_MAGIC); SAME(V9FS_MAGIC); SAME(XENFS_SUPER_MAGIC); SAME(XFS_SUPER_MAGIC);
SAME(ZONEFS_MAGIC);

SAME_SIZE(struct lx_stat, struct stat);
SAME_FIELD(struct lx_stat, st_dev, struct stat, st_dev);
SAME_FIELD(struct lx_stat, st_ino, struct stat, st_ino);
SAME_FIELD(struct lx_stat, st_nlink, struct stat, st_nlink);
SAME_FIELD(struct lx_stat, st_mode, struct stat, st_mode);
SAME_FIELD(struct lx_stat, st_uid, struct stat, st_uid);
SAME_FIELD(struct lx_stat, st_gid, struct stat, st_gid);
SAME_FIELD(struct lx_stat, st_rdev, struct stat, st_rdev);
SAME_FIELD(struct lx_stat, st_size, struct stat, st_size);
SAME_FIELD(struct lx_stat, st_blksize, struct stat, st_blksize);
SAME_FIELD(struct lx_stat, st_blocks, struct stat, st_blocks);
SAME_FIELD(struct lx_stat, st_atim, struct stat, st_atim);
SAME_FIELD(struct lx_stat, st_mtim, struct stat, st_mtim);
SAME_FIELD(struct lx_stat, st_ctim, struct stat, st_ctim);
SAME_SIZE(struct lx_statx_timestamp, struct statx_timestamp);
SAME_FIELD(struct lx_statx_timestamp, tv_sec, struct statx_timestamp, tv_sec);
SAME_FIELD(struct lx_statx_timestamp, tv_nsec, struct statx_timestamp, tv_nsec);
SAME_SIZE(struct lx_statx, struct statx);
SAME_FIELD(struct lx_statx, stx_mask, struct statx, stx_mask);
SAME_FIELD(struct lx_statx, stx_blksize, struct statx, stx_blksize);
SAME_FIELD(struct lx_statx, stx_attributes, struct statx, stx_attributes);
SAME_FIELD(struct lx_statx, stx_nlink, struct statx, stx_nlink);
SAME_FIELD(struct lx_statx, stx_uid, struct statx, stx_uid);
SAME_FIELD(struct lx_statx, stx_gid, struct statx, stx_gid);
SAME_FIELD(struct lx_statx, stx_mode, struct statx, stx_mode);
SAME_FIELD(struct lx_statx, stx_ino, struct statx, stx_ino);
SAME_FIELD(struct lx_statx, stx_size, struct statx, stx_size);
SAME_FIELD(struct lx_statx, stx_blocks, struct statx, stx_blocks);
SAME_FIELD(struct lx_statx, stx_attributes_mask, struct statx, stx_attributes_mask);
SAME_FIELD(struct lx_statx, stx_atime, struct statx, stx_atime);
SAME_FIELD(struct lx_statx, stx_btime, struct statx, stx_btime);
SAME_FIELD(struct lx_statx, stx_ctime, struct statx, stx_ctime);
SAME_FIELD(struct lx_statx, stx_mtime, struct statx, stx_mtime);
SAME_FIELD(struct lx_statx, stx_rdev_major, struct statx, stx_rdev_major);
SAME_FIELD(struct lx_statx, stx_rdev_minor, struct statx, stx_rdev_minor);
SAME_FIELD(struct lx_statx, stx_dev_major, struct statx, stx_dev_major);
SAME_FIELD(struct lx_statx, stx_dev_minor, struct statx, stx_dev_minor);
SAME_FIELD(struct lx_statx, stx_mnt_id, struct statx, stx_mnt_id);
SAME_FIELD(struct lx_statx, stx_dio_mem_align, struct statx, stx_dio_mem_align);
SAME_FIELD(struct lx_statx, stx_dio_offset_align, struct statx, stx_dio_offset_align);
SAME_SIZE(struct lx_fsid, __kernel_fsid_t);
SAME_FIELD(struct lx_fsid, val, __kernel_fsid_t, val);
SAME_SIZE(struct lx_statfs, struct statfs);
SAME_FIELD(struct lx_statfs, f_type, struct statfs, f_type);
SAME_FIELD(struct lx_statfs, f_bsize, struct statfs, f_bsize);
SAME_FIELD(struct lx_statfs, f_blocks, struct statfs, f_blocks);
SAME_FIELD(struct lx_statfs, f_bfree, struct statfs, f_bfree);
SAME_FIELD(struct lx_statfs, f_bavail, struct statfs, f_bavail);
SAME_FIELD(struct lx_statfs, f_files, struct statfs, f_files);
SAME_FIELD(struct lx_statfs, f_ffree, struct statfs, f_ffree);
SAME_FIELD(struct lx_statfs, f_fsid, struct statfs, f_fsid);
SAME_FIELD(struct lx_statfs, f_namelen, struct statfs, f_namelen);
SAME_FIELD(struct lx_statfs, f_frsize, struct statfs, f_frsize);
SAME_FIELD(struct lx_statfs, f_flags, struct statfs, f_flags);
SAME_FIELD(struct lx_statfs, f_spare, struct statfs, f_spare);
