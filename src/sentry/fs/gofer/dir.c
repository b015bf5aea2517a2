/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open directories: a walk over a listing. The offset is the number of entries given out (0 is ".",
 * 1 is ".."), so that names that are removed while somebody reads do not move the others. Going
 * back to 0 looks again.
 */
#include <errno.h>

#include "abi/fcntl.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/gofer/gofer_priv.h"
#include "sentry/vfs/file.h"

/* Key: [p] FILE_POS of the file */
struct gofer_dir {
	struct gofer_listing *listing; /* [p] owned */
	bool started;                  /* [p] entries were given out: from 0 on means again */
};

static SLAB_DEFINE(dir_slab, struct gofer_dir);

static int get_listing(struct gofer_inode *i, struct gofer_listing **ret)
{
	struct gofer_listing *l = gofer_listing_of(i);

	if (!l)
		return gofer_listing_begin(i, ret);
	*ret = l;
	return 0;
}

static int restart(struct gofer_inode *i, struct gofer_dir *d)
{
	struct gofer_listing *l;
	int r = get_listing(i, &l);

	if (r < 0)
		return r;
	gofer_listing_put(d->listing);
	d->listing = l;
	return 0;
}

static uint64_t parent_ino(struct gofer_inode *i)
{
	GUARD(&i->inode.lock);
	return i->parent ? i->parent->inode.ino : i->inode.ino;
}

/* One of the two that are in every directory. */
static bool emit_dots(struct gofer_inode *i, struct dir_sink *sink, int64_t *pos)
{
	uint64_t ino = *pos == 0 ? i->inode.ino : parent_ino(i);
	size_t len = (size_t)*pos + 1;

	if (!sink->emit(sink, "..", len, ino, LX_DT_DIR, *pos + 1))
		return false;
	++*pos;
	return true;
}

static int dir_iterate(struct ctx *ctx UNUSED, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	struct gofer_inode *i = gofer_inode(f->inode);
	struct gofer_dir *d = f->priv;
	int r = *pos == 0 && d->started ? restart(i, d) : 0;

	if (r < 0)
		return r;
	d->started = true;
	while (*pos < 2) {
		if (!emit_dots(i, sink, pos))
			return 0;
	}
	for (;;) {
		uint64_t at = (uint64_t)*pos - 2;
		const struct gofer_entry *e;

		while (at >= d->listing->n && !d->listing->complete) {
			r = gofer_listing_more(i, d->listing);
			if (r < 0)
				return r;
		}
		if (at >= d->listing->n)
			return 0;
		e = d->listing->entries[at];
		if (!sink->emit(sink, e->name, e->len, e->ino, e->type, *pos + 1))
			return 0;
		++*pos;
	}
}

static int dir_fsync(struct ctx *ctx UNUSED, struct file *f, bool data_only)
{
	struct gofer_fs *fs = gofer_fs_of(f->inode);
	struct p9_msg m;
	int r;

	if (!fs->writable)
		return 0;
	p9_msg_init(&m, P9_TFSYNC, 0);
	m.flags = data_only;
	r = gofer_need_fid(gofer_inode(f->inode), &m.fid);
	if (r < 0)
		return r;
	GUARD(&fs->client->lock);
	return gofer_call(fs->client, &m, NULL);
}

static void dir_release(struct file *f)
{
	struct gofer_dir *d = f->priv;

	gofer_listing_put(d->listing);
	slab_free(&dir_slab, d);
}

static const struct file_ops dir_ops = {
	.iterate = dir_iterate,
	.fsync = dir_fsync,
	.release = dir_release,
};

/* The first entries are read at once, so that a directory that the host does not let us read cannot
 * be opened. */
int gofer_open_dir(struct gofer_inode *i, struct file *f)
{
	struct gofer_listing *l;
	struct gofer_dir *d;
	int r = get_listing(i, &l);

	if (r < 0)
		return r;
	d = slab_alloc(&dir_slab);
	if (!d) {
		gofer_listing_put(l);
		return -ENOMEM;
	}
	d->listing = l;
	f->priv = d;
	f->ops = &dir_ops;
	return 0;
}
