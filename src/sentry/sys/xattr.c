/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes: xattr(7). Each call in three forms: by path, by path without following, by
 * descriptor. */
#include "sentry/vfs/xattr.h"

#include <errno.h>

#include "abi/fcntl.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

enum target { BY_PATH, BY_LINK, BY_FD };

/* The file that the first argument means. Caller owns. */
static int get_target(struct task *t, const struct sysargs *a, enum target target, struct path *ret)
{
	AUTO(file_put) struct file *f = NULL;

	switch (target) {
	case BY_PATH:
		return at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW, ret);
	case BY_LINK:
		return at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), 0, ret);
	case BY_FD:
		f = fdtable_get_nopath(t->fds, arg_int(a, 0));
		if (!f)
			return -EBADF;
		*ret = path_get(&f->path);
		return 0;
	}
	return -EINVAL;
}

struct xattr_name {
	char s[LX_XATTR_NAME_MAX + 1];
};

static int get_name(struct task *t, uaddr_t src, struct xattr_name *ret)
{
	ssize_t n = copy_in_str(t->mm, ret->s, src, sizeof(ret->s));

	if (n == -ENAMETOOLONG || n == 0)
		return -ERANGE;
	return n < 0 ? (int)n : 0;
}

static long do_get(struct task *t, const struct sysargs *a, enum target target)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	size_t size = MIN(arg_size(a, 3), (size_t)LX_XATTR_SIZE_MAX);
	struct xattr_name name;
	void *buf = NULL;
	ssize_t n;
	int r = get_name(t, arg_uaddr(a, 1), &name);

	if (r == 0)
		r = get_target(t, a, target, &p);
	if (r < 0)
		return r;
	if (size > 0) {
		buf = arena_alloc(size);
		if (!buf)
			return -ENOMEM;
	}
	n = vfs_getxattr(&t->ctx, &p, name.s, buf, size);
	if (n > 0 && size > 0 && copy_out(t->mm, arg_uaddr(a, 2), buf, (size_t)n) < 0)
		n = -EFAULT;
	else if (n == -ERANGE && size >= LX_XATTR_SIZE_MAX)
		n = -E2BIG; /* the file has more than the call can carry */
	arena_free(buf);
	return n;
}

static long do_set(struct task *t, const struct sysargs *a, enum target target)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	size_t size = arg_size(a, 3);
	struct xattr_name name;
	void *buf;
	int r = get_name(t, arg_uaddr(a, 1), &name);

	if (r < 0)
		return r;
	if (size > LX_XATTR_SIZE_MAX)
		return -E2BIG;
	buf = arena_alloc(size);
	if (!buf)
		return -ENOMEM;
	r = size > 0 ? copy_in(t->mm, buf, arg_uaddr(a, 2), size) : 0;
	if (r == 0)
		r = get_target(t, a, target, &p);
	if (r == 0)
		r = vfs_setxattr(&t->ctx, &p, name.s, buf, size, arg_int(a, 4));
	arena_free(buf);
	return r;
}

static long do_list(struct task *t, const struct sysargs *a, enum target target)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	size_t size = MIN(arg_size(a, 2), (size_t)LX_XATTR_LIST_MAX);
	char *buf = NULL;
	ssize_t n;
	int r = get_target(t, a, target, &p);

	if (r < 0)
		return r;
	if (size > 0) {
		buf = arena_alloc(size);
		if (!buf)
			return -ENOMEM;
	}
	n = vfs_listxattr(&t->ctx, &p, buf, size);
	if (n > 0 && size > 0 && copy_out(t->mm, arg_uaddr(a, 1), buf, (size_t)n) < 0)
		n = -EFAULT;
	arena_free(buf);
	return n;
}

static long do_remove(struct task *t, const struct sysargs *a, enum target target)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	struct xattr_name name;
	int r = get_name(t, arg_uaddr(a, 1), &name);

	if (r == 0)
		r = get_target(t, a, target, &p);
	return r < 0 ? r : vfs_removexattr(&t->ctx, &p, name.s);
}

long sys_getxattr(struct task *t, const struct sysargs *a)
{
	return do_get(t, a, BY_PATH);
}

long sys_lgetxattr(struct task *t, const struct sysargs *a)
{
	return do_get(t, a, BY_LINK);
}

long sys_fgetxattr(struct task *t, const struct sysargs *a)
{
	return do_get(t, a, BY_FD);
}

long sys_setxattr(struct task *t, const struct sysargs *a)
{
	return do_set(t, a, BY_PATH);
}

long sys_lsetxattr(struct task *t, const struct sysargs *a)
{
	return do_set(t, a, BY_LINK);
}

long sys_fsetxattr(struct task *t, const struct sysargs *a)
{
	return do_set(t, a, BY_FD);
}

long sys_listxattr(struct task *t, const struct sysargs *a)
{
	return do_list(t, a, BY_PATH);
}

long sys_llistxattr(struct task *t, const struct sysargs *a)
{
	return do_list(t, a, BY_LINK);
}

long sys_flistxattr(struct task *t, const struct sysargs *a)
{
	return do_list(t, a, BY_FD);
}

long sys_removexattr(struct task *t, const struct sysargs *a)
{
	return do_remove(t, a, BY_PATH);
}

long sys_lremovexattr(struct task *t, const struct sysargs *a)
{
	return do_remove(t, a, BY_LINK);
}

long sys_fremovexattr(struct task *t, const struct sysargs *a)
{
	return do_remove(t, a, BY_FD);
}
