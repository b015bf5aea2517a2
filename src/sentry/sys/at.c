/* SPDX-License-Identifier: Apache-2.0 */
/* A descriptor and a path of the guest, as a place and a text. */
#include "sentry/sys/at.h"

#include <errno.h>

#include "sentry/mm/uaccess.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

int at_fd_path(struct task *t, int fd, struct path *ret)
{
	AUTO(file_put) struct file *f = fdtable_get(t->fds, fd);

	if (!f)
		return -EBADF;
	*ret = path_get(&f->path);
	return 0;
}

int at_get(struct at *at, struct task *t, int dirfd, uaddr_t name, unsigned flags)
{
	ssize_t n = copy_in_str(t->mm, at->name, name, sizeof(at->name));

	at->base = (struct path){NULL, NULL};
	if (n < 0)
		return (int)n;
	if (n == 0 && !(flags & WALK_EMPTY))
		return -ENOENT;
	if (dirfd == LX_AT_FDCWD || (at->name[0] == '/' && !(flags & WALK_IN_ROOT)))
		return 0;
	return at_fd_path(t, dirfd, &at->base);
}

void at_put(struct at *at)
{
	path_put(&at->base);
}

int at_walk(struct task *t, int dirfd, uaddr_t name, unsigned walk_flags, struct path *ret)
{
	AUTO(at_put) struct at at = AT_INIT;
	int r = at_get(&at, t, dirfd, name, walk_flags);

	return r < 0 ? r : vfs_walk(&t->ctx, t->fs, at_base(&at), at.name, walk_flags, ret);
}
