/* SPDX-License-Identifier: Apache-2.0 */
/* Directories and where a process stands: getdents(2), getcwd(2), chdir(2), chroot(2), umask(2). */
#include <errno.h>
#include <string.h>

#include "abi/dirent.h"
#include "abi/stat.h"
#include "base/checked.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/mm/uaccess.h"
#include "sentry/sys/at.h"
#include "sentry/sys/sys.h"
#include "sentry/task/task.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/file.h"

enum { DENTS_MAX = 65536 }; /* bytes of one call: what libc asks for at most, and then some */

/* Entries are gathered here, as the guest will see them, and copied out in one piece. */
struct dents {
	struct dir_sink sink;
	char *buf;
	size_t size, used;
	bool overflow; /* an entry did not fit */
};

/* Room for one record: its place, zeroed; NULL: full. */
static char *dents_room(struct dents *d, size_t bare, size_t *ret_len)
{
	uint64_t len;

	if (!align_up_ok(bare, 8, &len) || len > d->size - d->used) {
		d->overflow = true;
		return NULL;
	}
	*ret_len = len;
	return d->buf + d->used;
}

static bool emit64(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type,
		   int64_t next_pos)
{
	struct dents *d = container_of(s, struct dents, sink);
	struct lx_dirent64 e = {.d_ino = ino, .d_off = next_pos, .d_type = d_type};
	size_t fixed = offsetof(struct lx_dirent64, d_name), reclen;
	char *at = dents_room(d, fixed + len + 1, &reclen);

	if (!at)
		return false;
	e.d_reclen = (uint16_t)reclen;
	memcpy(at, &e, fixed);
	memcpy(at + fixed, name, len);
	d->used += reclen;
	return true;
}

static bool emit_old(struct dir_sink *s, const char *name, size_t len, uint64_t ino, uint8_t d_type,
		     int64_t next_pos)
{
	struct dents *d = container_of(s, struct dents, sink);
	struct lx_dirent e = {.d_ino = ino, .d_off = (uint64_t)next_pos};
	size_t fixed = offsetof(struct lx_dirent, d_name), reclen;
	char *at = dents_room(d, fixed + len + 2, &reclen);

	if (!at)
		return false;
	e.d_reclen = (uint16_t)reclen;
	memcpy(at, &e, fixed);
	memcpy(at + fixed, name, len);
	at[reclen - 1] = (char)d_type;
	d->used += reclen;
	return true;
}

/* What did not reach the guest is read again next time. */
static int give_entries(struct task *t, struct file *f, uaddr_t dst, const struct dents *d,
			int64_t before)
{
	int r = copy_out(t->mm, dst, d->buf, d->used);

	if (r < 0) {
		GUARD(&f->pos_lock);
		f->pos = before;
	}
	return r;
}

static long getdents(struct task *t, const struct sysargs *a, struct dents *d)
{
	AUTO(file_put) struct file *f = fdtable_get_nopath(t->fds, arg_int(a, 0));
	int64_t before;
	int r;

	if (!f)
		return -EBADF;
	before = f->pos;
	d->size = MIN((size_t)arg_uint(a, 2), (size_t)DENTS_MAX);
	d->buf = arena_alloc(d->size);
	if (!d->buf)
		return -ENOMEM;
	r = file_iterate(&t->ctx, f, &d->sink);
	if (d->used > 0)
		r = give_entries(t, f, arg_uaddr(a, 1), d, before);
	else if (r == 0 && d->overflow)
		r = -EINVAL;
	arena_free(d->buf);
	return r < 0 ? r : (long)d->used;
}

long sys_getdents64(struct task *t, const struct sysargs *a)
{
	struct dents d = {.sink.emit = emit64};

	return getdents(t, a, &d);
}

long sys_getdents(struct task *t, const struct sysargs *a)
{
	struct dents d = {.sink.emit = emit_old};

	return getdents(t, a, &d);
}

/* --- where --- */

long sys_getcwd(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path root = fs_info_root(t->fs);
	AUTO(path_put) struct path cwd = fs_info_cwd(t->fs);
	AUTO(strbuf_fini) struct strbuf text = STRBUF_INIT;
	int r;

	if (path_is_unlinked(&cwd))
		return -ENOENT;
	r = path_text(&cwd, &root, &text);
	if (r < 0)
		return r;
	if (text.len + 1 > arg_size(a, 1))
		return -ERANGE;
	r = copy_out(t->mm, arg_uaddr(a, 0), strbuf_str(&text), text.len + 1);
	return r < 0 ? r : (long)(text.len + 1);
}

long sys_chdir(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW | WALK_DIRECTORY, &p);

	return r < 0 ? r : vfs_chdir(&t->ctx, t->fs, &p);
}

long sys_fchdir(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = at_fd_path(t, arg_int(a, 0), &p);

	return r < 0 ? r : vfs_chdir(&t->ctx, t->fs, &p);
}

long sys_chroot(struct task *t, const struct sysargs *a)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = at_walk(t, LX_AT_FDCWD, arg_uaddr(a, 0), WALK_FOLLOW | WALK_DIRECTORY, &p);

	return r < 0 ? r : vfs_chroot(&t->ctx, t->fs, &p);
}

long sys_umask(struct task *t, const struct sysargs *a)
{
	return atomic_exchange(&t->fs->umask, arg_uint(a, 0) & LX_S_IRWXUGO);
}
