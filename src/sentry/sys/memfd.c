/* SPDX-License-Identifier: Apache-2.0 */
/* memfd_create(2). */
#include <errno.h>

#include "abi/fcntl.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

/* With "memfd:" before it the name must be one, NUL included in the room. */
#define NAME_ROOM (LX_NAME_MAX - 6 + 1)

long sys_memfd_create(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	unsigned flags = arg_uint(a, 1);
	char name[NAME_ROOM];
	int fd, r;
	ssize_t n;

	n = copy_in_str(t->mm, name, arg_uaddr(a, 0), sizeof(name));
	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : n;
	r = tmpfs_new_memfd(&t->ctx, name, flags, &f);
	if (r == 0)
		r = fdtable_install(t->fds, &t->ctx, f, 0, (flags & LX_MFD_CLOEXEC) != 0, &fd);
	if (r < 0)
		return r;
	f = NULL; /* the table has it */
	return fd;
}
