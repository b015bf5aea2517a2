/* SPDX-License-Identifier: Apache-2.0 */
/* Names: mkdir(2), mknod(2), unlink(2), rmdir(2), rename(2), link(2), symlink(2), readlink(2). */
#include <errno.h>

#include "abi/capability.h"
#include "base/strbuf.h"
#include "sentry/core/cred.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/inode.h"

/* A descriptor and the address of a path, as the guest gives them. */
struct at_arg {
	int dirfd;
	uaddr_t name;
};

static struct at_arg cwd_arg(const struct sysargs *a, int i)
{
	return (struct at_arg){LX_AT_FDCWD, arg_uaddr(a, i)};
}

static struct at_arg at_arg(const struct sysargs *a, int i)
{
	return (struct at_arg){arg_int(a, i), arg_uaddr(a, i + 1)};
}

/* --- making --- */

static long mkdir_at(struct task *t, struct at_arg where, uint32_t mode)
{
	AUTO(at_put) struct at at = AT_INIT;
	int r = at_get(&at, t, where.dirfd, where.name, 0);

	return r < 0 ? r : vfs_mkdir(&t->ctx, t->fs, at_base(&at), at.name, mode);
}

long sys_mkdir(struct task *t, const struct sysargs *a)
{
	return mkdir_at(t, cwd_arg(a, 0), arg_uint(a, 1));
}

long sys_mkdirat(struct task *t, const struct sysargs *a)
{
	return mkdir_at(t, at_arg(a, 0), arg_uint(a, 2));
}

static long mknod_at(struct task *t, struct at_arg where, uint32_t mode, uint32_t dev)
{
	AUTO(at_put) struct at at = AT_INIT;
	int r = at_get(&at, t, where.dirfd, where.name, 0);

	return r < 0 ? r : vfs_mknod(&t->ctx, t->fs, at_base(&at), at.name, mode & 0xffff, dev);
}

long sys_mknod(struct task *t, const struct sysargs *a)
{
	return mknod_at(t, cwd_arg(a, 0), arg_uint(a, 1), arg_uint(a, 2));
}

long sys_mknodat(struct task *t, const struct sysargs *a)
{
	return mknod_at(t, at_arg(a, 0), arg_uint(a, 2), arg_uint(a, 3));
}

static long symlink_at(struct task *t, uaddr_t target, struct at_arg where)
{
	AUTO(at_put) struct at at = AT_INIT;
	char text[LX_PATH_MAX];
	ssize_t n = copy_in_str(t->mm, text, target, sizeof(text));
	int r;

	if (n <= 0)
		return n < 0 ? n : -ENOENT;
	r = at_get(&at, t, where.dirfd, where.name, 0);
	return r < 0 ? r : vfs_symlink(&t->ctx, t->fs, text, at_base(&at), at.name);
}

long sys_symlink(struct task *t, const struct sysargs *a)
{
	return symlink_at(t, arg_uaddr(a, 0), cwd_arg(a, 1));
}

long sys_symlinkat(struct task *t, const struct sysargs *a)
{
	return symlink_at(t, arg_uaddr(a, 0), at_arg(a, 1));
}

static long link_at(struct task *t, struct at_arg from, struct at_arg to, int flags)
{
	AUTO(path_put) struct path old = {NULL, NULL};
	AUTO(at_put) struct at at = AT_INIT;
	unsigned walk = 0;
	int r;

	if (flags & ~(LX_AT_SYMLINK_FOLLOW | LX_AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & LX_AT_SYMLINK_FOLLOW)
		walk |= WALK_FOLLOW;
	/* Without the capability an empty path is no name, as in Linux. */
	if ((flags & LX_AT_EMPTY_PATH) && cred_capable(t->ctx.cred, LX_CAP_DAC_READ_SEARCH))
		walk |= WALK_EMPTY;
	r = at_walk(t, from.dirfd, from.name, walk, &old);
	if (r == 0)
		r = at_get(&at, t, to.dirfd, to.name, 0);
	return r < 0 ? r : vfs_link(&t->ctx, t->fs, &old, at_base(&at), at.name);
}

long sys_link(struct task *t, const struct sysargs *a)
{
	return link_at(t, cwd_arg(a, 0), cwd_arg(a, 1), 0);
}

long sys_linkat(struct task *t, const struct sysargs *a)
{
	return link_at(t, at_arg(a, 0), at_arg(a, 2), arg_int(a, 4));
}

/* --- removing --- */

static long unlink_at(struct task *t, struct at_arg where)
{
	AUTO(at_put) struct at at = AT_INIT;
	int r = at_get(&at, t, where.dirfd, where.name, 0);

	return r < 0 ? r : vfs_unlink(&t->ctx, t->fs, at_base(&at), at.name);
}

static long rmdir_at(struct task *t, struct at_arg where)
{
	AUTO(at_put) struct at at = AT_INIT;
	int r = at_get(&at, t, where.dirfd, where.name, 0);

	return r < 0 ? r : vfs_rmdir(&t->ctx, t->fs, at_base(&at), at.name);
}

long sys_unlink(struct task *t, const struct sysargs *a)
{
	return unlink_at(t, cwd_arg(a, 0));
}

long sys_rmdir(struct task *t, const struct sysargs *a)
{
	return rmdir_at(t, cwd_arg(a, 0));
}

long sys_unlinkat(struct task *t, const struct sysargs *a)
{
	int flags = arg_int(a, 2);

	if (flags & ~LX_AT_REMOVEDIR)
		return -EINVAL;
	return flags ? rmdir_at(t, at_arg(a, 0)) : unlink_at(t, at_arg(a, 0));
}

/* --- renaming --- */

static long rename_at(struct task *t, struct at_arg from, struct at_arg to, unsigned flags)
{
	AUTO(at_put) struct at old = AT_INIT, new = AT_INIT;
	int r = at_get(&old, t, from.dirfd, from.name, 0);

	if (r == 0)
		r = at_get(&new, t, to.dirfd, to.name, 0);
	if (r < 0)
		return r;
	return vfs_rename(&t->ctx, t->fs, at_base(&old), old.name, at_base(&new), new.name, flags);
}

long sys_rename(struct task *t, const struct sysargs *a)
{
	return rename_at(t, cwd_arg(a, 0), cwd_arg(a, 1), 0);
}

long sys_renameat(struct task *t, const struct sysargs *a)
{
	return rename_at(t, at_arg(a, 0), at_arg(a, 2), 0);
}

long sys_renameat2(struct task *t, const struct sysargs *a)
{
	return rename_at(t, at_arg(a, 0), at_arg(a, 2), arg_uint(a, 4));
}

/* --- reading links --- */

static long readlink_at(struct task *t, struct at_arg where, uaddr_t buf, int size)
{
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	AUTO(path_put) struct path p = {NULL, NULL};
	size_t n;
	int r;

	if (size <= 0)
		return -EINVAL;
	r = at_walk(t, where.dirfd, where.name, WALK_EMPTY, &p);
	if (r == 0)
		r = vfs_readlink(&t->ctx, &p, &text);
	if (r == 0)
		r = strbuf_result(&text);
	if (r < 0)
		return r;
	n = MIN(text.len, (size_t)size);
	r = copy_out(t->mm, buf, strbuf_str(&text), n);
	return r < 0 ? r : (long)n;
}

/* An empty path means dirfd itself only if that is a link: readlinkat(2). */
static long readlink_checked(struct task *t, struct at_arg where, uaddr_t buf, int size)
{
	char first = 0;
	long r = readlink_at(t, where, buf, size);

	if (r == -EINVAL && size > 0 && copy_in(t->mm, &first, where.name, 1) == 0 && first == '\0')
		return -ENOENT;
	return r;
}

long sys_readlink(struct task *t, const struct sysargs *a)
{
	return readlink_checked(t, cwd_arg(a, 0), arg_uaddr(a, 1), arg_int(a, 2));
}

long sys_readlinkat(struct task *t, const struct sysargs *a)
{
	return readlink_checked(t, at_arg(a, 0), arg_uaddr(a, 2), arg_int(a, 3));
}
