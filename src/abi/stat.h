/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file and a file system say about themselves.
 * Source: include/uapi/linux/{stat,magic}.h,
 * arch/x86/include/uapi/asm/{stat,statfs}.h; stat(2), statx(2), statfs(2), inode(7).
 */
#ifndef CAISSON_ABI_STAT_H
#define CAISSON_ABI_STAT_H

#include <stdint.h>

#include "abi/layout.h"
#include "abi/types.h"

/* st_mode */
#define LX_S_IFMT    0170000
#define LX_S_IFSOCK  0140000
#define LX_S_IFLNK   0120000
#define LX_S_IFREG   0100000
#define LX_S_IFBLK   060000
#define LX_S_IFDIR   040000
#define LX_S_IFCHR   020000
#define LX_S_IFIFO   010000
#define LX_S_ISUID   04000
#define LX_S_ISGID   02000
#define LX_S_ISVTX   01000
#define LX_S_IRWXU   0700
#define LX_S_IRUSR   0400
#define LX_S_IWUSR   0200
#define LX_S_IXUSR   0100
#define LX_S_IRWXG   070
#define LX_S_IRGRP   040
#define LX_S_IWGRP   020
#define LX_S_IXGRP   010
#define LX_S_IRWXO   07
#define LX_S_IROTH   04
#define LX_S_IWOTH   02
#define LX_S_IXOTH   01
#define LX_S_IRWXUGO 00777
#define LX_S_IALLUGO 07777
#define LX_S_IRUGO   0444
#define LX_S_IWUGO   0222
#define LX_S_IXUGO   0111

#define LX_S_ISLNK(m)  (((m)&LX_S_IFMT) == LX_S_IFLNK)
#define LX_S_ISREG(m)  (((m)&LX_S_IFMT) == LX_S_IFREG)
#define LX_S_ISDIR(m)  (((m)&LX_S_IFMT) == LX_S_IFDIR)
#define LX_S_ISCHR(m)  (((m)&LX_S_IFMT) == LX_S_IFCHR)
#define LX_S_ISBLK(m)  (((m)&LX_S_IFMT) == LX_S_IFBLK)
#define LX_S_ISFIFO(m) (((m)&LX_S_IFMT) == LX_S_IFIFO)
#define LX_S_ISSOCK(m) (((m)&LX_S_IFMT) == LX_S_IFSOCK)

/* The times are Linux's st_atime and st_atime_nsec, as one: the host makes st_atime a macro. */
struct lx_stat {
	uint64_t st_dev;
	uint64_t st_ino;
	uint64_t st_nlink;
	uint32_t st_mode;
	uint32_t st_uid;
	uint32_t st_gid;
	uint32_t pad0;
	uint64_t st_rdev;
	int64_t st_size;
	int64_t st_blksize;
	int64_t st_blocks; /* of 512 bytes */
	struct lx_timespec st_atim;
	struct lx_timespec st_mtim;
	struct lx_timespec st_ctim;
	int64_t unused[3];
};
LX_ASSERT_SIZE(struct lx_stat, 144);
LX_ASSERT_AT(struct lx_stat, st_dev, 0);
LX_ASSERT_AT(struct lx_stat, st_ino, 8);
LX_ASSERT_AT(struct lx_stat, st_nlink, 16);
LX_ASSERT_AT(struct lx_stat, st_mode, 24);
LX_ASSERT_AT(struct lx_stat, st_uid, 28);
LX_ASSERT_AT(struct lx_stat, st_gid, 32);
LX_ASSERT_AT(struct lx_stat, st_rdev, 40);
LX_ASSERT_AT(struct lx_stat, st_size, 48);
LX_ASSERT_AT(struct lx_stat, st_blksize, 56);
LX_ASSERT_AT(struct lx_stat, st_blocks, 64);
LX_ASSERT_AT(struct lx_stat, st_atim, 72);
LX_ASSERT_AT(struct lx_stat, st_mtim, 88);
LX_ASSERT_AT(struct lx_stat, st_ctim, 104);

/* utimensat(2): the tv_nsec that mean "now" and "leave it" */
#define LX_UTIME_NOW  0x3fffffff
#define LX_UTIME_OMIT 0x3ffffffe

struct lx_statx_timestamp {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t reserved;
};
LX_ASSERT_SIZE(struct lx_statx_timestamp, 16);
LX_ASSERT_AT(struct lx_statx_timestamp, tv_sec, 0);
LX_ASSERT_AT(struct lx_statx_timestamp, tv_nsec, 8);

struct lx_statx {
	uint32_t stx_mask;
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t spare0;
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks; /* of 512 bytes */
	uint64_t stx_attributes_mask;
	struct lx_statx_timestamp stx_atime;
	struct lx_statx_timestamp stx_btime;
	struct lx_statx_timestamp stx_ctime;
	struct lx_statx_timestamp stx_mtime;
	uint32_t stx_rdev_major;
	uint32_t stx_rdev_minor;
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t stx_mnt_id;
	uint32_t stx_dio_mem_align;
	uint32_t stx_dio_offset_align;
	uint64_t stx_subvol;
	uint32_t stx_atomic_write_unit_min;
	uint32_t stx_atomic_write_unit_max;
	uint32_t stx_atomic_write_segments_max;
	uint32_t stx_dio_read_offset_align;
	uint32_t stx_atomic_write_unit_max_opt;
	uint32_t spare2;
	uint64_t spare3[8];
};
LX_ASSERT_SIZE(struct lx_statx, 256);
LX_ASSERT_AT(struct lx_statx, stx_mask, 0);
LX_ASSERT_AT(struct lx_statx, stx_blksize, 4);
LX_ASSERT_AT(struct lx_statx, stx_attributes, 8);
LX_ASSERT_AT(struct lx_statx, stx_nlink, 16);
LX_ASSERT_AT(struct lx_statx, stx_uid, 20);
LX_ASSERT_AT(struct lx_statx, stx_gid, 24);
LX_ASSERT_AT(struct lx_statx, stx_mode, 28);
LX_ASSERT_AT(struct lx_statx, stx_ino, 32);
LX_ASSERT_AT(struct lx_statx, stx_size, 40);
LX_ASSERT_AT(struct lx_statx, stx_blocks, 48);
LX_ASSERT_AT(struct lx_statx, stx_attributes_mask, 56);
LX_ASSERT_AT(struct lx_statx, stx_atime, 64);
LX_ASSERT_AT(struct lx_statx, stx_btime, 80);
LX_ASSERT_AT(struct lx_statx, stx_ctime, 96);
LX_ASSERT_AT(struct lx_statx, stx_mtime, 112);
LX_ASSERT_AT(struct lx_statx, stx_rdev_major, 128);
LX_ASSERT_AT(struct lx_statx, stx_rdev_minor, 132);
LX_ASSERT_AT(struct lx_statx, stx_dev_major, 136);
LX_ASSERT_AT(struct lx_statx, stx_dev_minor, 140);
LX_ASSERT_AT(struct lx_statx, stx_mnt_id, 144);
LX_ASSERT_AT(struct lx_statx, stx_dio_mem_align, 152);
LX_ASSERT_AT(struct lx_statx, stx_dio_offset_align, 156);
LX_ASSERT_SIZE(struct lx_statx, 256);
LX_ASSERT_AT(struct lx_statx, stx_subvol, 160);
LX_ASSERT_AT(struct lx_statx, stx_atomic_write_unit_min, 168);
LX_ASSERT_AT(struct lx_statx, stx_dio_read_offset_align, 180);
LX_ASSERT_AT(struct lx_statx, spare3, 192);

#define LX_STATX_TYPE              0x00000001
#define LX_STATX_MODE              0x00000002
#define LX_STATX_NLINK             0x00000004
#define LX_STATX_UID               0x00000008
#define LX_STATX_GID               0x00000010
#define LX_STATX_ATIME             0x00000020
#define LX_STATX_MTIME             0x00000040
#define LX_STATX_CTIME             0x00000080
#define LX_STATX_INO               0x00000100
#define LX_STATX_SIZE              0x00000200
#define LX_STATX_BLOCKS            0x00000400
#define LX_STATX_BASIC_STATS       0x000007ff
#define LX_STATX_BTIME             0x00000800
#define LX_STATX_MNT_ID            0x00001000
#define LX_STATX_DIOALIGN          0x00002000
#define LX_STATX_MNT_ID_UNIQUE     0x00004000
#define LX_STATX_SUBVOL            0x00008000
#define LX_STATX_WRITE_ATOMIC      0x00010000
#define LX_STATX_DIO_READ_ALIGN    0x00020000
#define LX_STATX_ALL               0x00000fff
#define LX_STATX__RESERVED         0x80000000U
#define LX_STATX_ATTR_COMPRESSED   0x00000004
#define LX_STATX_ATTR_IMMUTABLE    0x00000010
#define LX_STATX_ATTR_APPEND       0x00000020
#define LX_STATX_ATTR_NODUMP       0x00000040
#define LX_STATX_ATTR_ENCRYPTED    0x00000800
#define LX_STATX_ATTR_AUTOMOUNT    0x00001000
#define LX_STATX_ATTR_MOUNT_ROOT   0x00002000
#define LX_STATX_ATTR_VERITY       0x00100000
#define LX_STATX_ATTR_DAX          0x00200000
#define LX_STATX_ATTR_WRITE_ATOMIC 0x00400000

struct lx_fsid {
	int32_t val[2];
};
LX_ASSERT_SIZE(struct lx_fsid, 8);
LX_ASSERT_AT(struct lx_fsid, val, 0);

struct lx_statfs {
	int64_t f_type;
	int64_t f_bsize;
	uint64_t f_blocks;
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_files;
	uint64_t f_ffree;
	struct lx_fsid f_fsid;
	int64_t f_namelen;
	int64_t f_frsize;
	int64_t f_flags; /* ST_* */
	int64_t f_spare[4];
};
LX_ASSERT_SIZE(struct lx_statfs, 120);
LX_ASSERT_AT(struct lx_statfs, f_type, 0);
LX_ASSERT_AT(struct lx_statfs, f_bsize, 8);
LX_ASSERT_AT(struct lx_statfs, f_blocks, 16);
LX_ASSERT_AT(struct lx_statfs, f_bfree, 24);
LX_ASSERT_AT(struct lx_statfs, f_bavail, 32);
LX_ASSERT_AT(struct lx_statfs, f_files, 40);
LX_ASSERT_AT(struct lx_statfs, f_ffree, 48);
LX_ASSERT_AT(struct lx_statfs, f_fsid, 56);
LX_ASSERT_AT(struct lx_statfs, f_namelen, 64);
LX_ASSERT_AT(struct lx_statfs, f_frsize, 72);
LX_ASSERT_AT(struct lx_statfs, f_flags, 80);
LX_ASSERT_AT(struct lx_statfs, f_spare, 88);

/* f_flags, as <sys/statvfs.h> names them; ST_VALID is the kernel's own. */
#define LX_ST_RDONLY      0x0001
#define LX_ST_NOSUID      0x0002
#define LX_ST_NODEV       0x0004
#define LX_ST_NOEXEC      0x0008
#define LX_ST_SYNCHRONOUS 0x0010
#define LX_ST_VALID       0x0020
#define LX_ST_MANDLOCK    0x0040
#define LX_ST_NOATIME     0x0400
#define LX_ST_NODIRATIME  0x0800
#define LX_ST_RELATIME    0x1000
#define LX_ST_NOSYMFOLLOW 0x2000

/* f_type */
#define LX_QNX4_SUPER_MAGIC      0x2f
#define LX_AUTOFS_SUPER_MAGIC    0x187
#define LX_MINIX_SUPER_MAGIC     0x137f
#define LX_DEVPTS_SUPER_MAGIC    0x1cd1
#define LX_MINIX2_SUPER_MAGIC    0x2468
#define LX_NILFS_SUPER_MAGIC     0x3434
#define LX_MSDOS_SUPER_MAGIC     0x4d44
#define LX_MINIX3_SUPER_MAGIC    0x4d5a
#define LX_SMB_SUPER_MAGIC       0x517b
#define LX_NCP_SUPER_MAGIC       0x564c
#define LX_NFS_SUPER_MAGIC       0x6969
#define LX_JFFS2_SUPER_MAGIC     0x72b6
#define LX_ISOFS_SUPER_MAGIC     0x9660
#define LX_PROC_SUPER_MAGIC      0x9fa0
#define LX_OPENPROM_SUPER_MAGIC  0x9fa1
#define LX_USBDEVICE_SUPER_MAGIC 0x9fa2
#define LX_ADFS_SUPER_MAGIC      0xadf5
#define LX_AFFS_SUPER_MAGIC      0xadff
#define LX_EXT2_SUPER_MAGIC      0xef53
#define LX_EXT3_SUPER_MAGIC      0xef53
#define LX_EXT4_SUPER_MAGIC      0xef53
#define LX_ECRYPTFS_SUPER_MAGIC  0xf15f
#define LX_CGROUP_SUPER_MAGIC    0x27e0eb
#define LX_EFS_SUPER_MAGIC       0x414a53
#define LX_HOSTFS_SUPER_MAGIC    0xc0ffee
#define LX_CEPH_SUPER_MAGIC      0xc36400
#define LX_TMPFS_MAGIC           0x1021994
#define LX_V9FS_MAGIC            0x1021997
#define LX_RDTGROUP_SUPER_MAGIC  0x7655821
#define LX_ANON_INODE_FS_MAGIC   0x9041934
#define LX_FUTEXFS_SUPER_MAGIC   0xbad1dea
#define LX_MTD_INODE_FS_MAGIC    0x11307854
#define LX_UDF_SUPER_MAGIC       0x15013346
#define LX_EXFAT_SUPER_MAGIC     0x2011bab0
#define LX_CRAMFS_MAGIC          0x28cd3d45
#define LX_BINFMTFS_MAGIC        0x42494e4d
#define LX_SMACK_MAGIC           0x43415d53
#define LX_DMA_BUF_MAGIC         0x444d4142
#define LX_DEVMEM_MAGIC          0x454d444d
#define LX_PIPEFS_MAGIC          0x50495045
#define LX_REISERFS_SUPER_MAGIC  0x52654973
#define LX_SECRETMEM_MAGIC       0x5345434d
#define LX_AFS_SUPER_MAGIC       0x5346414f
#define LX_SOCKFS_MAGIC          0x534f434b
#define LX_STACK_END_MAGIC       0x57ac6e9d
#define LX_XFS_SUPER_MAGIC       0x58465342
#define LX_AAFS_MAGIC            0x5a3c69f0
#define LX_ZONEFS_MAGIC          0x5a4f4653
#define LX_PSTOREFS_MAGIC        0x6165676c
#define LX_BDEVFS_MAGIC          0x62646576
#define LX_SYSFS_MAGIC           0x62656572
#define LX_CGROUP2_SUPER_MAGIC   0x63677270
#define LX_DEBUGFS_MAGIC         0x64626720
#define LX_DAXFS_MAGIC           0x64646178
#define LX_FUSE_SUPER_MAGIC      0x65735546
#define LX_QNX6_SUPER_MAGIC      0x68191122
#define LX_AFS_FS_MAGIC          0x6b414653
#define LX_BINDERFS_SUPER_MAGIC  0x6c6f6f70
#define LX_NSFS_MAGIC            0x6e736673
#define LX_SECURITYFS_MAGIC      0x73636673
#define LX_SQUASHFS_MAGIC        0x73717368
#define LX_BTRFS_TEST_MAGIC      0x73727279
#define LX_CODA_SUPER_MAGIC      0x73757245
#define LX_OCFS2_SUPER_MAGIC     0x7461636f
#define LX_TRACEFS_MAGIC         0x74726163
#define LX_OVERLAYFS_SUPER_MAGIC 0x794c7630
#define LX_RAMFS_MAGIC           0x858458f6
#define LX_BTRFS_SUPER_MAGIC     0x9123683e
#define LX_HUGETLBFS_MAGIC       0x958458f6
#define LX_XENFS_SUPER_MAGIC     0xabba1974
#define LX_BPF_FS_MAGIC          0xcafe4a11
#define LX_EFIVARFS_MAGIC        0xde5e81e4
#define LX_F2FS_SUPER_MAGIC      0xf2f52010
#define LX_SELINUX_MAGIC         0xf97cff8c
#define LX_HPFS_SUPER_MAGIC      0xf995e849
#define LX_SMB2_SUPER_MAGIC      0xfe534d42
#define LX_CIFS_SUPER_MAGIC      0xff534d42
#define LX_MQUEUE_MAGIC          0x19800202
#define LX_SHMEM_MAGIC           0x01021994
#define LX_PID_FS_MAGIC          0x50494446
#define LX_GUEST_MEMFD_MAGIC     0x474d454d
#define LX_NULL_FS_MAGIC         0x4e554c4c

#endif
