/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are a process's own memory: cmdline, environ, auxv, and mem. */
#include <errno.h>
#include <string.h>

#include "abi/page.h"
#include "base/checked.h"
#include "sentry/core/alloc.h"
#include "sentry/core/uio.h"
#include "sentry/mm/mm.h"
#include "sentry/mm/uaccess.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/vfs/file.h"

#define CHUNK 65536u

/* ---- areas that the loader laid out ---- */

/* Append [lo, hi) as far as it can be read. False: it ends early. */
static bool add_memory(struct mm *mm, uint64_t lo, uint64_t hi, struct strbuf *sb)
{
	char page[LX_PAGE_SIZE];

	while (lo < hi) {
		uint64_t n = MIN(hi - lo, (uint64_t)LX_PAGE_SIZE - lo % LX_PAGE_SIZE);

		if (copy_in(mm, page, uaddr(lo), n) < 0)
			return false;
		strbuf_add(sb, page, n);
		lo += n;
	}
	return true;
}

/*
 * proc(5): the arguments with their NULs. A process that wrote over them without a NUL at the end
 * (setproctitle) is shown up to the first NUL, into the environment if need be.
 */
int proc_show_cmdline(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	struct mm_layout l;
	const char *nul;

	if (!mm)
		return 0;
	mm_get_layout(mm, &l);
	if (l.arg_lo >= l.arg_hi || !add_memory(mm, l.arg_lo, l.arg_hi, sb) ||
	    strbuf_result(sb) < 0)
		return 0;
	if (sb->len == 0 || sb->s[sb->len - 1] == '\0')
		return 0;
	nul = memchr(sb->s, '\0', sb->len);
	if (!nul && l.env_lo == l.arg_hi && l.env_lo < l.env_hi) {
		(void)add_memory(mm, l.env_lo, l.env_hi, sb);
		nul = memchr(sb->s, '\0', sb->len);
	}
	if (nul)
		strbuf_truncate(sb, (size_t)(nul - sb->s) + 1);
	return 0;
}

int proc_show_environ(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	struct mm_layout l;

	if (!mm)
		return 0;
	mm_get_layout(mm, &l);
	if (l.env_lo < l.env_hi && !add_memory(mm, l.env_lo, l.env_hi, sb) && sb->len == 0)
		return -EIO;
	return 0;
}

int proc_show_auxv(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(mm_put) struct mm *mm = task_mm_get(at->task);
	struct mm_layout l;

	if (!mm)
		return 0;
	mm_get_layout(mm, &l);
	strbuf_add(sb, l.auxv, MIN((size_t)l.nauxv, ARRAY_SIZE(l.auxv)) * sizeof(l.auxv[0]));
	return 0;
}

/* ---- mem ---- */

/* The mm that a mem file stands for now, or NULL: it has ended. Rights are looked at each time. */
static int mem_of(struct ctx *ctx, struct file *f, struct mm **ret)
{
	AUTO(proc_at_fini) struct proc_at at;
	int r = proc_at_init(&at, ctx, f->inode);

	*ret = NULL;
	if (r < 0)
		return r == -ESRCH ? 0 : r;
	r = proc_check_rule(&at, proc_node_of(f->inode)->entry);
	if (r == 0)
		*ret = task_mm_get(at.task);
	return r;
}

/* As much as is there of n bytes at addr, page by page. */
static size_t read_some(struct mm *mm, char *buf, uint64_t addr, size_t n)
{
	size_t done = 0;

	if (copy_in(mm, buf, uaddr(addr), n) == 0)
		return n;
	while (done < n) {
		size_t step = MIN(n - done, (size_t)(LX_PAGE_SIZE - (addr + done) % LX_PAGE_SIZE));

		if (copy_in(mm, buf + done, uaddr(addr + done), step) < 0)
			break;
		done += step;
	}
	return done;
}

static size_t write_some(struct mm *mm, const char *buf, uint64_t addr, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t step = MIN(n - done, (size_t)(LX_PAGE_SIZE - (addr + done) % LX_PAGE_SIZE));

		if (copy_out(mm, uaddr(addr + done), buf + done, step) < 0)
			break;
		done += step;
	}
	return done;
}

/* The next piece at pos; 0: the address space ends. */
static size_t piece(uint64_t pos, size_t resid)
{
	if (pos >= PLAT_GUEST_TOP)
		return 0;
	return MIN(MIN(resid, (size_t)CHUNK), (size_t)(PLAT_GUEST_TOP - pos));
}

static ssize_t mem_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	AUTO(arena_free) char *buf = arena_alloc(CHUNK);
	AUTO(mm_put) struct mm *mm = NULL;
	int r = mem_of(ctx, f, &mm);

	if (r < 0)
		return r;
	if (!mm)
		return 0;
	if (!buf)
		return -ENOMEM;
	while (dst->resid > 0) {
		uint64_t addr = (uint64_t)pos + uio_moved(dst);
		size_t n = piece(addr, dst->resid), got = read_some(mm, buf, addr, n);
		ssize_t put = got > 0 ? uio_put(dst, buf, got) : 0;

		if (put < 0 && uio_moved(dst) == 0)
			return put;
		if (put < (ssize_t)n || n == 0)
			break;
	}
	return uio_moved(dst) > 0 || dst->total == 0 ? (ssize_t)uio_moved(dst) : -EIO;
}

/* Differs: Linux writes through the protection of private mappings, we respect it. */
static ssize_t mem_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	AUTO(arena_free) char *buf = arena_alloc(CHUNK);
	AUTO(mm_put) struct mm *mm = NULL;
	int r = mem_of(ctx, f, &mm);

	if (r < 0)
		return r;
	if (!mm)
		return 0;
	if (!buf)
		return -ENOMEM;
	while (src->resid > 0) {
		uint64_t addr = (uint64_t)pos + uio_moved(src);
		size_t n = piece(addr, src->resid), put;
		ssize_t got = n > 0 ? uio_get(src, buf, n) : 0;

		if (got < 0 && uio_moved(src) == 0)
			return got;
		put = got > 0 ? write_some(mm, buf, addr, (size_t)got) : 0;
		if (got > 0 && put < (size_t)got)
			uio_revert(src, (size_t)got - put);
		if (put == 0 || put < n)
			break;
	}
	return uio_moved(src) > 0 || src->total == 0 ? (ssize_t)uio_moved(src) : -EIO;
}

static int64_t mem_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	if (whence != LX_SEEK_SET && whence != LX_SEEK_CUR)
		return -EINVAL;
	return file_seek_generic(ctx, f, off, whence, 0);
}

static const struct file_ops mem_ops = {
	.read = mem_read,
	.write = mem_write,
	.seek = mem_seek,
};

int proc_open_mem(const struct proc_at *at, struct file *f)
{
	(void)at;
	f->ops = &mem_ops;
	return 0;
}
