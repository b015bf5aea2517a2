/* SPDX-License-Identifier: Apache-2.0 */
/* inotify_init(2), inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2). */
#include <errno.h>

#include "abi/inotify.h"
#include "sentry/fs/inotify/inotify.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

static long new_inotify(struct task *t, unsigned flags)
{
	struct file *f;
	int fd, r = inotify_new(&t->ctx, flags, &f);

	if (r < 0)
		return r;
	r = fdtable_install(t->fds, &t->ctx, f, 0, (flags & LX_IN_CLOEXEC) != 0, &fd);
	if (r < 0) {
		file_put(f);
		return r;
	}
	return fd;
}

long sys_inotify_init(struct task *t, const struct sysargs *a UNUSED)
{
	return new_inotify(t, 0);
}

long sys_inotify_init1(struct task *t, const struct sysargs *a)
{
	return new_inotify(t, arg_uint(a, 0));
}

long sys_inotify_add_watch(struct task *t, const struct sysargs *a)
{
	unsigned flags = arg_uint(a, 2) & LX_IN_DONT_FOLLOW ? 0 : WALK_FOLLOW;
	AUTO(file_put) struct file *f = NULL;
	AUTO(path_put) struct path p = {NULL, NULL};
	uint32_t mask = arg_uint(a, 2);
	int r = inotify_check_mask(mask);

	if (r < 0)
		return r;
	f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	if (!f)
		return -EBADF;
	if (!inotify_is(f))
		return -EINVAL;
	if (mask & LX_IN_ONLYDIR)
		flags |= WALK_DIRECTORY;
	r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 1), flags, &p);
	if (r == 0)
		r = inode_permission(&t->ctx, path_inode(&p), VFS_MAY_READ);
	return r < 0 ? r : inotify_add(f, path_inode(&p), mask);
}

long sys_inotify_rm_watch(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));

	if (!f)
		return -EBADF;
	return inotify_is(f) ? inotify_remove(f, arg_int(a, 1)) : -EINVAL;
}
