/* SPDX-License-Identifier: Apache-2.0 */
/* open(2) and its kin, close(2). The number is reserved before anything is opened or made, as in
 * Linux. */
#include <errno.h>

#include "abi/errno.h"
#include "abi/stat.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

#define OPEN_PATH_FLAGS (LX_O_DIRECTORY | LX_O_NOFOLLOW | LX_O_PATH | LX_O_CLOEXEC)
#define OPEN_FLAGS                                                                                 \
	(LX_O_ACCMODE | LX_O_CREAT | LX_O_EXCL | LX_O_NOCTTY | LX_O_TRUNC | LX_O_APPEND |          \
	 LX_O_NONBLOCK | LX_O_SYNC | LX_O_DSYNC | LX_FASYNC | LX_O_DIRECT | LX_O_LARGEFILE |       \
	 LX_O_DIRECTORY | LX_O_NOFOLLOW | LX_O_NOATIME | LX_O_CLOEXEC | LX_O_PATH |                \
	 LX___O_TMPFILE)

/* Combinations that no open allows. */
static int check_how(struct open_how *how)
{
	unsigned flags = how->flags;

	if (flags & LX___O_TMPFILE) {
		if ((flags & (LX_O_TMPFILE | LX_O_CREAT)) != LX_O_TMPFILE)
			return -EINVAL;
		if ((flags & LX_O_ACCMODE) == LX_O_RDONLY)
			return -EINVAL;
	}
	if ((flags & LX_O_CREAT) && (flags & LX_O_DIRECTORY))
		return -EINVAL;
	if (flags & LX___O_SYNC)
		how->flags |= LX_O_DSYNC;
	if (!(flags & LX_O_PATH))
		how->flags |= LX_O_LARGEFILE;
	return 0;
}

static long open_at(struct task *t, int dirfd, uaddr_t name, struct open_how *how)
{
	AUTO(at_put) struct at at = AT_INIT;
	struct file *f;
	int fd, r = check_how(how);

	if (r == 0)
		r = at_get(&at, t, dirfd, name, how->resolve);
	if (r == 0)
		r = fdtable_reserve(t->fds, &t->ctx, 0, (how->flags & LX_O_CLOEXEC) != 0, &fd);
	if (r < 0)
		return r;
	r = vfs_open(&t->ctx, t->fs, at_base(&at), at.name, how, &f);
	if (r < 0) {
		fdtable_unreserve(t->fds, fd);
		return r;
	}
	fdtable_fill(t->fds, fd, f);
	return fd;
}

/* open(2) ignores what it does not know. */
static long open_lenient(struct task *t, int dirfd, uaddr_t name, unsigned flags, unsigned mode)
{
	struct open_how how = {.flags = flags & (unsigned)OPEN_FLAGS};

	if (how.flags & LX_O_PATH)
		how.flags &= (unsigned)OPEN_PATH_FLAGS;
	if (how.flags & (LX_O_CREAT | LX___O_TMPFILE))
		how.mode = mode & LX_S_IALLUGO;
	return open_at(t, dirfd, name, &how);
}

long sys_open(struct task *t, const struct sysargs *a)
{
	return open_lenient(t, LX_AT_FDCWD, arg_uaddr(a, 0), arg_uint(a, 1), arg_uint(a, 2));
}

long sys_openat(struct task *t, const struct sysargs *a)
{
	return open_lenient(t, arg_int(a, 0), arg_uaddr(a, 1), arg_uint(a, 2), arg_uint(a, 3));
}

long sys_creat(struct task *t, const struct sysargs *a)
{
	return open_lenient(t, LX_AT_FDCWD, arg_uaddr(a, 0), LX_O_CREAT | LX_O_WRONLY | LX_O_TRUNC,
			    arg_uint(a, 1));
}

/* RESOLVE_ to WALK_. -EAGAIN: RESOLVE_CACHED, which we never promise. */
static int decode_resolve(uint64_t resolve, unsigned *ret)
{
	static const struct {
		uint64_t resolve;
		unsigned walk;
	} map[] = {
		{LX_RESOLVE_NO_XDEV, WALK_NO_XDEV},
		{LX_RESOLVE_NO_MAGICLINKS, WALK_NO_MAGICLINKS},
		{LX_RESOLVE_NO_SYMLINKS, WALK_NO_SYMLINKS | WALK_NO_MAGICLINKS},
		{LX_RESOLVE_BENEATH, WALK_BENEATH},
		{LX_RESOLVE_IN_ROOT, WALK_IN_ROOT},
	};
	uint64_t known = LX_RESOLVE_CACHED;
	unsigned flags = 0;

	for (size_t i = 0; i < ARRAY_SIZE(map); i++) {
		known |= map[i].resolve;
		if (resolve & map[i].resolve)
			flags |= map[i].walk;
	}
	if ((resolve & ~known) ||
	    ((resolve & LX_RESOLVE_BENEATH) && (resolve & LX_RESOLVE_IN_ROOT)))
		return -EINVAL;
	*ret = flags;
	return resolve & LX_RESOLVE_CACHED ? -EAGAIN : 0;
}

/* openat2(2) refuses what it does not know. */
static int decode_how(const struct lx_open_how *in, struct open_how *ret)
{
	if ((in->flags & ~(uint64_t)OPEN_FLAGS) || (in->mode & ~(uint64_t)LX_S_IALLUGO))
		return -EINVAL;
	if (in->mode != 0 && !(in->flags & (LX_O_CREAT | LX___O_TMPFILE)))
		return -EINVAL;
	if ((in->flags & LX_O_PATH) && (in->flags & ~(uint64_t)OPEN_PATH_FLAGS))
		return -EINVAL;
	ret->flags = (unsigned)in->flags;
	ret->mode = (uint32_t)in->mode;
	return decode_resolve(in->resolve, &ret->resolve);
}

long sys_openat2(struct task *t, const struct sysargs *a)
{
	size_t size = arg_size(a, 3);
	struct lx_open_how in;
	struct open_how how;
	int r;

	if (size < LX_OPEN_HOW_SIZE_VER0)
		return -EINVAL;
	if (size > 4096)
		return -E2BIG;
	r = copy_in_struct(t->mm, &in, sizeof(in), arg_uaddr(a, 2), size);
	if (r == 0)
		r = decode_how(&in, &how);
	return r < 0 ? r : open_at(t, arg_int(a, 0), arg_uaddr(a, 1), &how);
}

/* close(2) is never restarted: the descriptor is gone. */
long sys_close(struct task *t, const struct sysargs *a)
{
	int r = fdtable_close(t->fds, &t->ctx, arg_int(a, 0));

	return r <= -LX_ERESTARTSYS && r >= -LX_ERESTART_RESTARTBLOCK ? -EINTR : r;
}

/* Leave the shared table with a copy of what is not about to be closed. */
static int unshare_fds(struct task *t, uint32_t lo, uint32_t hi, bool cloexec)
{
	struct fdtable *mine, *shared = t->fds;
	uint32_t keep = UINT32_MAX;
	int r;

	if (!fdtable_is_shared(shared))
		return 0;
	if (!cloexec && lo > 0 && hi == UINT32_MAX)
		keep = lo - 1;
	r = fdtable_copy(shared, keep, &mine);
	if (r < 0)
		return r;
	lock_acquire(&t->tg->lock);
	t->fds = mine;
	lock_release(&t->tg->lock);
	fdtable_put(shared, &t->ctx);
	return 0;
}

long sys_close_range(struct task *t, const struct sysargs *a)
{
	uint32_t lo = arg_uint(a, 0), hi = arg_uint(a, 1);
	unsigned flags = arg_uint(a, 2);
	bool cloexec = (flags & LX_CLOSE_RANGE_CLOEXEC) != 0;
	int r;

	if ((flags & ~(unsigned)(LX_CLOSE_RANGE_UNSHARE | LX_CLOSE_RANGE_CLOEXEC)) || lo > hi)
		return -EINVAL;
	if (flags & LX_CLOSE_RANGE_UNSHARE) {
		r = unshare_fds(t, lo, hi, cloexec);
		if (r < 0)
			return r;
	}
	fdtable_close_range(t->fds, &t->ctx, lo, hi, cloexec);
	return 0;
}
