/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files whose text is made when it is read. The text is made at the first read and whenever
 * somebody reads from the beginning again, and kept by the open file, so that a reader in small
 * pieces sees one picture.
 *
 * Differs: Linux makes long texts piece by piece, so that a reader of much sees them change while
 * it reads.
 */
#include <errno.h>
#include <string.h>

#include "abi/page.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/core/uio.h"
#include "sentry/proc/proc_priv.h"
#include "sentry/vfs/file.h"

#define WRITE_MAX LX_PAGE_SIZE

/* Key: [f] lock */
struct proc_file {
	struct lock lock;   /* RANK_FILE */
	struct strbuf text; /* [f] */
	bool filled;        /* [f] */
};

static SLAB_DEFINE(proc_file_slab, struct proc_file);

static bool is_filled(struct proc_file *pf)
{
	GUARD(&pf->lock);
	return pf->filled;
}

static int fill(struct ctx *ctx, struct file *f, struct proc_file *pf)
{
	const struct proc_entry *e = proc_node_of(f->inode)->entry;
	AUTO(proc_at_fini) struct proc_at at;
	AUTO(strbuf_fini) struct strbuf made = STRBUF_INIT;
	struct strbuf old;
	int r = proc_at_init(&at, ctx, f->inode);

	if (r == 0)
		r = proc_check_rule(&at, e);
	if (r == 0)
		r = proc_text(&at, e, &made);
	if (r < 0)
		return r;
	lock_acquire(&pf->lock);
	old = pf->text;
	pf->text = made;
	pf->filled = true;
	lock_release(&pf->lock);
	made = old;
	return 0;
}

static ssize_t file_text_read(struct ctx *ctx, struct file *f, struct uio *dst, int64_t pos)
{
	struct proc_file *pf = f->priv;

	bool once = proc_node_of(f->inode)->entry->at_open;

	if (!is_filled(pf) || (pos == 0 && !once)) {
		int r = fill(ctx, f, pf);

		if (r < 0)
			return r;
	}
	GUARD(&pf->lock);
	if ((uint64_t)pos >= pf->text.len)
		return 0;
	return uio_put(dst, pf->text.s + pos, pf->text.len - (size_t)pos);
}

static ssize_t file_text_write(struct ctx *ctx, struct file *f, struct uio *src, int64_t pos)
{
	const struct proc_entry *e = proc_node_of(f->inode)->entry;
	AUTO(proc_at_fini) struct proc_at at = {0};
	AUTO(arena_free) char *text = NULL;
	size_t len = src->resid;
	ssize_t n;
	int r;

	(void)pos;
	if (!e->store || len >= WRITE_MAX)
		return -EINVAL;
	text = arena_alloc(len + 1);
	if (!text)
		return -ENOMEM;
	n = uio_get(src, text, len);
	if (n < 0)
		return n;
	r = proc_at_init(&at, ctx, f->inode);
	if (r == 0)
		r = proc_check_rule(&at, e);
	if (r == 0)
		r = e->store(&at, text, (size_t)n);
	return r < 0 ? r : n;
}

static int64_t file_text_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	if (whence != LX_SEEK_SET && whence != LX_SEEK_CUR)
		return -EINVAL;
	return file_seek_generic(ctx, f, off, whence, 0);
}

static void file_text_release(struct file *f)
{
	struct proc_file *pf = f->priv;

	if (!pf)
		return;
	strbuf_fini(&pf->text);
	lock_fini(&pf->lock);
	slab_free(&proc_file_slab, pf);
}

static const struct file_ops text_ops = {
	.read = file_text_read,
	.write = file_text_write,
	.seek = file_text_seek,
	.release = file_text_release,
};

int proc_file_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	const struct proc_entry *e = proc_node_of(i)->entry;
	AUTO(proc_at_fini) struct proc_at at;
	struct proc_file *pf;
	int r = proc_at_init(&at, ctx, i);

	if (r == 0)
		r = proc_check_rule(&at, e);
	if (r < 0)
		return r;
	if (e->open)
		return e->open(&at, f);
	pf = slab_alloc(&proc_file_slab);
	if (!pf)
		return -ENOMEM;
	lock_init(&pf->lock, RANK_FILE, "proc file");
	strbuf_init(&pf->text);
	f->priv = pf;
	f->ops = &text_ops;
	return e->at_open ? fill(ctx, f, pf) : 0;
}
