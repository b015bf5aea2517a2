/* SPDX-License-Identifier: Apache-2.0 */
/* Moving bytes: read(2), write(2), their positioned and vectored kin, lseek(2), ioctl(2). */
#include <errno.h>

#include "abi/fcntl.h"
#include "abi/ioctl.h"
#include "abi/stat.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/mm/uaccess.h"
#include "sentry/seccomp/seccomp.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/inode.h"

/* --- one buffer --- */

long sys_read(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	struct uio dst;
	int r;

	if (!f || !file_readable(f))
		return -EBADF;
	r = uio_user(&dst, t->mm, arg_uaddr(a, 1), arg_size(a, 2));
	return r < 0 ? r : file_read(&t->ctx, f, &dst);
}

long sys_write(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	struct uio src;
	int r;

	if (!f || !file_writable(f))
		return -EBADF;
	r = uio_user(&src, t->mm, arg_uaddr(a, 1), arg_size(a, 2));
	return r < 0 ? r : file_write(&t->ctx, f, &src);
}

long sys_pread64(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	int64_t pos = arg_long(a, 3);
	struct uio dst;
	int r;

	if (pos < 0)
		return -EINVAL;
	f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	if (!f)
		return -EBADF;
	r = uio_user(&dst, t->mm, arg_uaddr(a, 1), arg_size(a, 2));
	return r < 0 ? r : file_pread(&t->ctx, f, &dst, pos);
}

long sys_pwrite64(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = NULL;
	int64_t pos = arg_long(a, 3);
	struct uio src;
	int r;

	if (pos < 0)
		return -EINVAL;
	f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	if (!f)
		return -EBADF;
	r = uio_user(&src, t->mm, arg_uaddr(a, 1), arg_size(a, 2));
	return r < 0 ? r : file_pwrite(&t->ctx, f, &src, pos);
}

/* --- several buffers --- */

enum { AT_OFFSET = -1 }; /* the file's own */

static long do_readv(struct task *t, const struct sysargs *a, int64_t pos, unsigned rwf)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	struct uio dst;
	long n;

	if (!f || !file_readable(f))
		return -EBADF;
	if (pos != AT_OFFSET && f->kind == FILE_STREAM)
		return -ESPIPE;
	n = uio_user_iov(&dst, t->mm, arg_uaddr(a, 1), arg_ulong(a, 2));
	if (n < 0)
		return n;
	n = file_read_flags(&t->ctx, f, &dst, pos, rwf);
	uio_user_fini(&dst);
	return n;
}

static long do_writev(struct task *t, const struct sysargs *a, int64_t pos, unsigned rwf)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	struct uio src;
	long n;

	if (!f || !file_writable(f))
		return -EBADF;
	if (pos != AT_OFFSET && f->kind == FILE_STREAM)
		return -ESPIPE;
	n = uio_user_iov(&src, t->mm, arg_uaddr(a, 1), arg_ulong(a, 2));
	if (n < 0)
		return n;
	n = file_write_flags(&t->ctx, f, &src, pos, rwf);
	uio_user_fini(&src);
	return n;
}

long sys_readv(struct task *t, const struct sysargs *a)
{
	return do_readv(t, a, AT_OFFSET, 0);
}

long sys_writev(struct task *t, const struct sysargs *a)
{
	return do_writev(t, a, AT_OFFSET, 0);
}

/* The position comes in the fourth argument; the fifth was its upper half on 32-bit machines. */
long sys_preadv(struct task *t, const struct sysargs *a)
{
	int64_t pos = arg_long(a, 3);

	return pos < 0 ? -EINVAL : do_readv(t, a, pos, 0);
}

long sys_pwritev(struct task *t, const struct sysargs *a)
{
	int64_t pos = arg_long(a, 3);

	return pos < 0 ? -EINVAL : do_writev(t, a, pos, 0);
}

long sys_preadv2(struct task *t, const struct sysargs *a)
{
	int64_t pos = arg_long(a, 3);

	return pos < AT_OFFSET ? -EINVAL : do_readv(t, a, pos, arg_uint(a, 5));
}

long sys_pwritev2(struct task *t, const struct sysargs *a)
{
	int64_t pos = arg_long(a, 3);

	return pos < AT_OFFSET ? -EINVAL : do_writev(t, a, pos, arg_uint(a, 5));
}

long sys_lseek(struct task *t, const struct sysargs *a)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));

	return f ? file_seek(&t->ctx, f, arg_long(a, 1), arg_int(a, 2)) : -EBADF;
}

/* --- ioctl --- */

/* FIONBIO, FIOASYNC: an int says on or off. */
static long ioctl_flag(struct task *t, struct file *f, uaddr_t arg, unsigned flag)
{
	int on, r = copy_in(t->mm, &on, arg, sizeof(on));

	if (r < 0)
		return r;
	return file_set_flags(&t->ctx, f, on ? f->flags | flag : f->flags & ~flag);
}

/* How much is left to read of a regular file. */
static long ioctl_fionread(struct task *t, struct file *f, uaddr_t arg)
{
	struct kstat k;
	int64_t left;
	int n, r;

	r = inode_getattr(&t->ctx, f->inode, &k);
	if (r < 0)
		return r;
	left = (int64_t)k.size - f->pos;
	n = (int)(uint32_t)left; /* as Linux: cut to an int */
	return copy_out(t->mm, arg, &n, sizeof(n));
}

static long ioctl_fioqsize(struct task *t, struct file *f, uaddr_t arg)
{
	uint32_t type = inode_type(f->inode);
	struct kstat k;
	int64_t size;
	int r;

	if (type != LX_S_IFREG && type != LX_S_IFDIR && type != LX_S_IFLNK)
		return -ENOTTY;
	r = inode_getattr(&t->ctx, f->inode, &k);
	if (r < 0)
		return r;
	size = (int64_t)k.size;
	return copy_out(t->mm, arg, &size, sizeof(size));
}

static long ioctl_figetbsz(struct task *t, struct file *f, uaddr_t arg)
{
	struct kstat k;
	int n, r = inode_getattr(&t->ctx, f->inode, &k);

	if (r < 0)
		return r;
	if (k.blksize == 0)
		return -EINVAL;
	n = (int)k.blksize;
	return copy_out(t->mm, arg, &n, sizeof(n));
}

/* The one command that makes a descriptor of a file: the other side of a pseudo-terminal. */
static long ioctl_peer(struct task *t, struct file *master, unsigned flags)
{
	AUTO(file_put) struct file *f = NULL;
	int fd, r = devpts_open_peer(&t->ctx, master, flags, &f);

	if (r == -ENOTTY)
		return file_ioctl(&t->ctx, master, t->mm, LX_TIOCGPTPEER, flags);
	if (r == 0)
		r = fdtable_install(t->fds, &t->ctx, f, 0, flags & LX_O_CLOEXEC, &fd);
	if (r < 0)
		return r;
	f = NULL;
	return fd;
}

long sys_ioctl(struct task *t, const struct sysargs *a)
{
	int fd = arg_int(a, 0);
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, fd);
	uaddr_t arg = arg_uaddr(a, 2);
	unsigned cmd = arg_uint(a, 1);

	if (!f)
		return -EBADF;
	switch (cmd) {
	case LX_FIOCLEX:
	case LX_FIONCLEX:
		return fdtable_set_cloexec(t->fds, fd, cmd == LX_FIOCLEX);
	case LX_FIONBIO:
		return ioctl_flag(t, f, arg, LX_O_NONBLOCK);
	case LX_FIOASYNC:
		return ioctl_flag(t, f, arg, LX_FASYNC);
	case LX_FIOQSIZE:
		return ioctl_fioqsize(t, f, arg);
	case LX_FIGETBSZ:
		return ioctl_figetbsz(t, f, arg);
	case LX_TIOCGPTPEER:
		return ioctl_peer(t, f, arg_uint(a, 2));
	case LX_FIONREAD:
		if (inode_type(f->inode) == LX_S_IFREG)
			return ioctl_fionread(t, f, arg);
		break;
	default:
		break;
	}
	if (seccomp_is_addfd(f, cmd))
		return seccomp_addfd(&t->ctx, f, t->mm, t->fds, cmd, arg_ulong(a, 2));
	return file_ioctl(&t->ctx, f, t->mm, cmd, arg_ulong(a, 2));
}
