/* SPDX-License-Identifier: Apache-2.0 */
/* statx(2) to struct host_stat. */
#include "host/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/checked.h"

static int64_t to_ns(const struct statx_timestamp *t)
{
	int64_t ns;

	if (!mul_ok(t->tv_sec, INT64_C(1000000000), &ns) || !add_ok(ns, t->tv_nsec, &ns))
		return t->tv_sec < 0 ? INT64_MIN + 1 : INT64_MAX;
	return ns;
}

int host_stat_at(int dirfd, const char *name, struct host_stat *ret)
{
	struct statx x;

	if (statx(dirfd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH,
		  STATX_BASIC_STATS | STATX_BTIME, &x) < 0)
		return -errno;
	*ret = (struct host_stat){
		.dev = makedev(x.stx_dev_major, x.stx_dev_minor),
		.ino = x.stx_ino,
		.rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor),
		.mode = x.stx_mode,
		.nlink = x.stx_nlink,
		.uid = x.stx_uid,
		.gid = x.stx_gid,
		.size = x.stx_size,
		.blocks = x.stx_blocks,
		.blksize = x.stx_blksize,
		.atime = to_ns(&x.stx_atime),
		.mtime = to_ns(&x.stx_mtime),
		.ctime = to_ns(&x.stx_ctime),
		.btime = x.stx_mask & STATX_BTIME ? to_ns(&x.stx_btime) : INT64_MIN,
		.attributes = x.stx_attributes & x.stx_attributes_mask,
	};
	return 0;
}

int host_fstat(int fd, struct host_stat *ret)
{
	return host_stat_at(fd, "", ret);
}

bool host_stat_same(const struct host_stat *a, const struct host_stat *b)
{
	return a->ino == b->ino && a->dev == b->dev && (a->mode & S_IFMT) == (b->mode & S_IFMT) &&
	       a->btime == b->btime;
}
