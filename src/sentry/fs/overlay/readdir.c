/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a directory: at its beginning the names are gathered once, ours and those of the lower
 * that no entry decides on; the position is an index into that list, so names added or removed
 * meanwhile neither repeat nor hide others (POSIX leaves them open).
 * "." and ".." are positions 0 and 1.
 */
#include <errno.h>
#include <string.h>

#include "abi/dirent.h"
#include "abi/fcntl.h"
#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/overlay/overlay_priv.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file.h"

struct ovl_name {
	uint64_t ino;
	uint32_t at; /* offset into bytes */
	uint16_t len;
	uint8_t type;
};

/* Key: [p] FILE_POS of the file */
struct ovl_listing {
	struct ovl_name *names;   /* [p] arena */
	size_t n, cap;            /* [p] */
	char *bytes;              /* [p] arena */
	size_t nbytes, bytes_cap; /* [p] */
	bool filled;              /* [p] */
};

static SLAB_DEFINE(listing_slab, struct ovl_listing);

static void listing_reset(struct ovl_listing *l)
{
	l->n = l->nbytes = 0;
	l->filled = false;
}

static int listing_grow(struct ovl_listing *l, size_t len)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		void *p = arena_realloc(l->names, cap * sizeof(*l->names));

		if (!p)
			return -ENOMEM;
		l->names = p;
		l->cap = cap;
	}
	if (l->nbytes + len > l->bytes_cap) {
		size_t cap = MAX(2 * l->bytes_cap, l->nbytes + len + 1024);
		void *p = arena_realloc(l->bytes, cap);

		if (!p)
			return -ENOMEM;
		l->bytes = p;
		l->bytes_cap = cap;
	}
	return 0;
}

static int listing_add(struct ovl_listing *l, const char *name, size_t len, uint64_t ino,
		       uint8_t type)
{
	int r = listing_grow(l, len);

	if (r < 0)
		return r;
	memcpy(l->bytes + l->nbytes, name, len);
	l->names[l->n++] = (struct ovl_name){
		.ino = ino, .at = (uint32_t)l->nbytes, .len = (uint16_t)len, .type = type};
	l->nbytes += len;
	return 0;
}

/* ---- gathering ---- */

struct gather {
	struct dir_sink sink;
	struct ovl_inode *dir;
	struct ovl_listing *list;
	int error;
};

static bool is_dot(const char *name, size_t len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

/* One name of the lower: ours to show unless an entry decides. */
static bool gather_lower(struct dir_sink *s, const char *name, size_t len, uint64_t ino,
			 uint8_t type, int64_t next_pos)
{
	struct gather *g = container_of(s, struct gather, sink);

	(void)next_pos;
	if (is_dot(name, len) || ovl_entry_find(g->dir, name, len, ovl_entry_hash(name, len)))
		return true;
	g->error = listing_add(g->list, name, len, ino, type);
	return g->error == 0;
}

static int gather_entries(struct ovl_inode *dir, struct ovl_listing *l)
{
	if (!dir->has_entries)
		return 0;
	for (struct htab_node *n = htab_any_first(&dir->entries); n;
	     n = htab_any_next(&dir->entries, n)) {
		struct ovl_entry *e = htab_entry(n, struct ovl_entry, node);
		int r = 0;

		if (e->inode)
			r = listing_add(l, e->name, e->len, e->inode->ino,
					(uint8_t)(inode_type(e->inode) >> 12));
		if (r < 0)
			return r;
	}
	return 0;
}

/* Everything that the directory shows. INODE_DIR of dir is held. */
static int gather_all(struct ctx *ctx, struct ovl_inode *dir, struct ovl_listing *l)
{
	struct gather g = {.sink = {.emit = gather_lower}, .dir = dir, .list = l};
	AUTO(file_put) struct file *f = NULL;
	int64_t pos = 0, before;
	int r = gather_entries(dir, l);

	if (r < 0 || !dir->lower)
		return r;
	r = ovl_open_real(ctx, dir->lower, LX_O_RDONLY | LX_O_DIRECTORY, &f);
	if (r < 0)
		return r;
	lock_acquire_nested(&dir->lower->dir_lock, OVL_LOWER_SUBCLASS);
	do {
		before = pos;
		r = f->ops->iterate(ctx, f, &g.sink, &pos);
	} while (r == 0 && g.error == 0 && pos != before);
	lock_release(&dir->lower->dir_lock);
	return r < 0 ? r : g.error;
}

int ovl_dir_is_empty(struct ctx *ctx, struct ovl_inode *dir)
{
	struct ovl_listing l = {0};
	int r = gather_all(ctx, dir, &l);
	bool empty = l.n == 0;

	arena_free(l.names);
	arena_free(l.bytes);
	return r < 0 ? r : empty;
}

/* ---- the open directory ---- */

static int fill(struct ctx *ctx, struct ovl_inode *dir, struct ovl_listing *l)
{
	int r;

	LOCK_ASSERT_HELD(&dir->inode.dir_lock);
	listing_reset(l);
	r = gather_all(ctx, dir, l);
	l->filled = r == 0;
	return r;
}

static bool emit_dots(struct file *f, struct dir_sink *sink, int64_t *pos)
{
	if (*pos == 0) {
		if (!sink->emit(sink, ".", 1, f->inode->ino, LX_DT_DIR, 1))
			return false;
		*pos = 1;
	}
	if (*pos == 1) {
		AUTO(dentry_put)
		struct dentry *parent = f->path.dentry ? dentry_parent(f->path.dentry) : NULL;
		struct inode *up = parent ? dentry_inode(parent) : NULL;

		if (!sink->emit(sink, "..", 2, up ? up->ino : f->inode->ino, LX_DT_DIR, 2))
			return false;
		*pos = 2;
	}
	return true;
}

static int ovl_iterate(struct ctx *ctx, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	struct ovl_listing *l = f->priv;
	int r = 0;

	if (*pos == 0 || !l->filled)
		r = fill(ctx, ovl_of(f->inode), l);
	if (r < 0 || !emit_dots(f, sink, pos))
		return r;
	while (*pos - 2 < (int64_t)l->n) {
		const struct ovl_name *name = &l->names[*pos - 2];

		if (!sink->emit(sink, l->bytes + name->at, name->len, name->ino, name->type,
				*pos + 1))
			break;
		++*pos;
	}
	return 0;
}

static int64_t ovl_dir_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	return file_seek_generic(ctx, f, off, whence, 0);
}

static void ovl_dir_release(struct file *f)
{
	struct ovl_listing *l = f->priv;

	arena_free(l->names);
	arena_free(l->bytes);
	slab_free(&listing_slab, l);
}

static int ovl_dir_fsync(struct ctx *ctx, struct file *f, bool data_only)
{
	(void)ctx;
	(void)f;
	(void)data_only;
	return 0; /* memory is as durable as it gets */
}

static const struct file_ops ovl_dir_file_ops = {
	.iterate = ovl_iterate,
	.seek = ovl_dir_seek,
	.fsync = ovl_dir_fsync,
	.release = ovl_dir_release,
};

int ovl_dir_open(struct ctx *ctx, struct inode *i, struct file *f)
{
	struct ovl_listing *l = slab_alloc(&listing_slab);

	(void)ctx;
	(void)i;
	if (!l)
		return -ENOMEM;
	f->priv = l;
	f->ops = &ovl_dir_file_ops;
	return 0;
}
