/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/[pid]/fd and fdinfo. A link leads to the very place that the open file is at, so opening it
 * makes a new open file, also of pipes and of files without a name.
 *
 * Lists and lookups run under the locks of the directory, where no file may be let go: they look
 * into the table under the thread group's lock instead of taking a reference.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "sentry/core/ctx.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"
#include "sentry/vfs/mount.h"

typedef unsigned long long ull;

/* ---- which there are ---- */

static bool next_fd(const struct proc_at *at, uint64_t from, uint64_t *ret)
{
	int fd = -1;

	GUARD(&at->task->tg->lock);
	if (at->task->fds && from <= INT32_MAX)
		fd = fdtable_next(at->task->fds, (int)from);
	if (fd >= 0)
		*ret = (uint64_t)fd;
	return fd >= 0;
}

static bool peek(const struct proc_at *at, uint64_t number, unsigned *ret_flags)
{
	GUARD(&at->task->tg->lock);
	return at->task->fds && fdtable_peek(at->task->fds, (int)number, ret_flags);
}

/* Permission bits of the link tell how the file is open. */
static bool find_fd(const struct proc_at *at, uint64_t number, struct proc_found *ret)
{
	unsigned flags;

	if (!peek(at, number, &flags))
		return false;
	ret->perm = 0100; /* so that it is never 0: x is always set */
	if (!(flags & LX_O_PATH) && (flags & LX_O_ACCMODE) != LX_O_WRONLY)
		ret->perm |= 0400;
	if (!(flags & LX_O_PATH) && (flags & LX_O_ACCMODE) != LX_O_RDONLY)
		ret->perm |= 0200;
	return true;
}

static bool find_fdinfo(const struct proc_at *at, uint64_t number, struct proc_found *ret)
{
	unsigned flags;

	(void)ret;
	return peek(at, number, &flags);
}

/* ---- where they lead; no lock is held ---- */

static int fd_file(const struct proc_at *at, struct file **ret)
{
	struct fdtable *fds = task_fds_get(at->task);

	if (!fds)
		return -ENOENT;
	*ret = fdtable_get(fds, (int)at->number);
	fdtable_put(fds, at->ctx);
	return *ret ? 0 : -ENOENT;
}

static int follow_fd(const struct proc_at *at, struct path *ret)
{
	AUTO(file_put) struct file *f = NULL;
	int r = fd_file(at, &f);

	if (r == 0)
		*ret = path_get(&f->path);
	return r;
}

static int show_fd(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(file_put) struct file *f = NULL;
	int r = fd_file(at, &f);

	return r < 0 ? r : proc_path_text(at, &f->path, sb);
}

static int show_fdinfo(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(file_put) struct file *f = NULL;
	struct fdtable *fds = task_fds_get(at->task);
	int cloexec;

	if (!fds)
		return -ENOENT;
	f = fdtable_get(fds, (int)at->number);
	cloexec = fdtable_get_cloexec(fds, (int)at->number);
	fdtable_put(fds, at->ctx);
	if (!f)
		return -ENOENT;
	strbuf_addf(sb, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%llu\n",
		    (long long)(f->kind == FILE_SEEKABLE ? f->pos : 0),
		    f->flags | (cloexec > 0 ? LX_O_CLOEXEC + 0u : 0u),
		    f->path.mnt ? mount_id(f->path.mnt) : 0, (ull)f->inode->ino);
	if (f->ops && f->ops->show_fdinfo && !f->opath)
		f->ops->show_fdinfo(f, sb);
	return 0;
}

static const struct proc_entry fd_entry = {
	.mode = LX_S_IFLNK | 0700,
	.rule = PROC_PTRACE,
	.show = show_fd,
	.follow = follow_fd,
};

static const struct proc_entry fdinfo_entry = {
	.mode = LX_S_IFREG | 0444,
	.rule = PROC_PTRACE,
	.show = show_fdinfo,
	.at_open = true,
};

static const struct proc_numbers fds = {"", &fd_entry, next_fd, find_fd};
static const struct proc_numbers fdinfos = {"", &fdinfo_entry, next_fd, find_fdinfo};

const struct proc_dir proc_fd_dir = {NULL, 0, &fds};
const struct proc_dir proc_fdinfo_dir = {NULL, 0, &fdinfos};
