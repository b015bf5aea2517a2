/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open regular files: data moves by pread and pwrite of the donated descriptor, through a block of
 * our own, and mappings are of the descriptor itself. So everything that reads and writes the file,
 * in the sandbox or on the host, shares one page cache.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "host/fd.h"
#include "host/file.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/gofer/gofer_priv.h"
#include "sentry/mm/mappable.h"
#include "sentry/vfs/file.h"

/* Small pieces pass through the stack. */
#define SMALL 2048u

struct gofer_file {
	struct hostfd *h; /* [I] owned */
	bool reads;       /* [I] what h can do */
	bool writes;      /* [I] */
};

static SLAB_DEFINE(file_slab, struct gofer_file);

/* --- the block --- */

struct bounce {
	struct gofer_fs *fs;
	void *big;
	char *p;
	size_t size;
	char small[SMALL];
};

static int bounce_init(struct bounce *b, struct gofer_fs *fs, size_t n)
{
	b->fs = fs;
	b->big = n > SMALL ? gofer_bounce_get(fs) : NULL;
	if (n > SMALL && !b->big)
		return -ENOMEM;
	b->p = b->big ? b->big : b->small;
	b->size = b->big ? GOFER_BOUNCE : SMALL;
	return 0;
}

static void bounce_fini(struct bounce *b)
{
	if (b->big)
		gofer_bounce_put(b->fs, b->big);
}

/* --- reading --- */

static ssize_t read_pieces(struct hostfd *h, struct uio *dst, uint64_t pos, const struct bounce *b)
{
	size_t done = 0;
	ssize_t n = 0;

	while (dst->resid > 0) {
		size_t want = MIN(dst->resid, b->size);
		ssize_t got;

		n = hostfd_pread(h, b->p, want, pos + done);
		if (n <= 0)
			break;
		got = uio_put(dst, b->p, (size_t)n);
		if (got < 0) {
			n = got;
			break;
		}
		done += (size_t)got;
		if ((size_t)got < want)
			break;
	}
	return done > 0 ? (ssize_t)done : n;
}

static ssize_t file_op_read(struct ctx *ctx UNUSED, struct file *f, struct uio *dst, int64_t pos)
{
	struct gofer_file *gf = f->priv;
	struct bounce b;
	ssize_t n;
	int r;

	if (!gf->reads)
		return -EBADF;
	r = bounce_init(&b, gofer_fs_of(f->inode), dst->resid);
	if (r < 0)
		return r;
	n = read_pieces(gf->h, dst, (uint64_t)pos, &b);
	bounce_fini(&b);
	return n;
}

/* --- writing --- */

/* Where the next piece of a write goes. */
struct writing {
	struct file *f;
	struct hostfd *h;
	int64_t pos;
	bool told; /* an append has said where it began */
};

/* At the end, wherever that is by now. INODE is held, so that appends of the sandbox do not mix. */
static ssize_t append_piece(struct writing *w, const void *p, size_t n)
{
	uint64_t at;
	ssize_t r = host_append(hostfd_fd(w->h), p, n, &at);

	if (r >= 0 && !w->told) {
		file_append_pos(w->f, w->pos, at);
		w->told = true;
	}
	return r;
}

static ssize_t write_pieces(struct writing *w, struct uio *src, const struct bounce *b)
{
	size_t done = 0;
	ssize_t n = 0;

	while (src->resid > 0) {
		ssize_t got = uio_get(src, b->p, MIN(src->resid, b->size));

		if (got <= 0) {
			n = got;
			break;
		}
		n = w->f->appending
			    ? append_piece(w, b->p, (size_t)got)
			    : hostfd_pwrite(w->h, b->p, (size_t)got, (uint64_t)w->pos + done);
		if (n < got)
			uio_revert(src, (size_t)(got - MAX(n, (ssize_t)0)));
		if (n <= 0)
			break;
		done += (size_t)n;
		if (n < got)
			break;
	}
	return done > 0 ? (ssize_t)done : n;
}

static ssize_t file_op_write(struct ctx *ctx UNUSED, struct file *f, struct uio *src, int64_t pos)
{
	struct gofer_file *gf = f->priv;
	struct gofer_inode *i = gofer_inode(f->inode);
	struct writing w = {.f = f, .h = gf->h, .pos = pos};
	struct bounce b;
	ssize_t n;
	int r;

	if (!gf->writes)
		return -EBADF;
	r = bounce_init(&b, gofer_fs_of(f->inode), src->resid);
	if (r < 0)
		return r;
	if (f->appending) {
		lock_acquire(&i->inode.lock);
		n = write_pieces(&w, src, &b);
		lock_release(&i->inode.lock);
	} else {
		n = write_pieces(&w, src, &b);
	}
	bounce_fini(&b);
	gofer_changed(i, NULL, 0);
	return n;
}

/* --- the rest --- */

/* INODE keeps the descriptor's own offset, which append uses too. */
static int64_t seek_data(struct gofer_inode *i, struct hostfd *h, int64_t off, int whence)
{
	GUARD(&i->inode.lock);
	return host_seek(hostfd_fd(h), off, whence);
}

static int64_t file_op_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	struct gofer_file *gf = f->priv;
	struct host_stat st;
	int r;

	if (whence == LX_SEEK_DATA || whence == LX_SEEK_HOLE)
		return seek_data(gofer_inode(f->inode), gf->h, off, whence);
	r = host_fstat(hostfd_fd(gf->h), &st);
	return r < 0 ? r : file_seek_generic(ctx, f, off, whence, st.size);
}

static int file_op_fsync(struct ctx *ctx UNUSED, struct file *f, bool data_only)
{
	struct gofer_file *gf = f->priv;

	return gofer_fs_of(f->inode)->writable ? host_sync(hostfd_fd(gf->h), data_only) : 0;
}

static int file_op_fallocate(struct ctx *ctx UNUSED, struct file *f, int mode, int64_t off,
			     int64_t len)
{
	struct gofer_file *gf = f->priv;
	int r = gf->writes ? host_allocate(hostfd_fd(gf->h), mode, off, len) : -EBADF;

	gofer_changed(gofer_inode(f->inode), NULL, 0);
	return r;
}

static void file_op_release(struct file *f)
{
	struct gofer_file *gf = f->priv;

	if (gf->writes)
		gofer_writer_gone(gofer_inode(f->inode));
	hostfd_put(gf->h);
	slab_free(&file_slab, gf);
}

/* --- mapping: as on Linux, a mapping keeps its open file --- */

struct gofer_mappable {
	struct mappable base;
	struct file *file; /* [I] owned */
};

static SLAB_DEFINE(mappable_slab, struct gofer_mappable);

/* A mapping that never writes gets a descriptor that cannot. */
static int map_hostfd(struct mappable *m, struct ctx *ctx UNUSED, bool writable,
		      struct hostfd **ret, uint64_t *ret_delta)
{
	struct file *f = container_of(m, struct gofer_mappable, base)->file;
	struct gofer_file *gf = f->priv;
	int r = 0;

	*ret_delta = 0;
	if (!gf->reads || (writable && !gf->writes))
		return -EACCES;
	if (!writable && gf->writes)
		r = gofer_get_reader(gofer_inode(f->inode), ret);
	else
		*ret = hostfd_get(gf->h);
	/* A file that cannot be found again (removed, unreadable by now) is still open here. */
	if (r < 0 && r != -ENOMEM) {
		*ret = hostfd_get(gf->h);
		r = 0;
	}
	return r;
}

static void map_ident(struct mappable *m, uint64_t *ret_dev, uint64_t *ret_ino)
{
	struct file *f = container_of(m, struct gofer_mappable, base)->file;

	*ret_dev = f->inode->sb->dev;
	*ret_ino = f->inode->ino;
}

static void map_path(struct mappable *m, struct strbuf *sb)
{
	struct file *f = container_of(m, struct gofer_mappable, base)->file;

	if (path_text(&f->path, NULL, sb) < 0)
		strbuf_adds(sb, "");
}

static int map_sync(struct mappable *m, struct ctx *ctx, uint64_t off UNUSED, uint64_t len UNUSED)
{
	return file_op_fsync(ctx, container_of(m, struct gofer_mappable, base)->file, true);
}

static void map_release(struct mappable *m)
{
	struct gofer_mappable *gm = container_of(m, struct gofer_mappable, base);

	file_put(gm->file);
	slab_free(&mappable_slab, gm);
}

static const struct mappable_ops gofer_mappable_ops = {
	.hostfd = map_hostfd,
	.ident = map_ident,
	.path = map_path,
	.sync = map_sync,
	.release = map_release,
};

static int file_op_mappable(struct ctx *ctx UNUSED, struct file *f, struct mappable **ret)
{
	struct gofer_mappable *gm = slab_alloc(&mappable_slab);

	if (!gm)
		return -ENOMEM;
	gm->base.ops = &gofer_mappable_ops;
	ref_init(&gm->base.ref);
	gm->file = file_get(f);
	*ret = &gm->base;
	return 0;
}

static const struct file_ops regular_ops = {
	.read = file_op_read,
	.write = file_op_write,
	.seek = file_op_seek,
	.mappable = file_op_mappable,
	.fsync = file_op_fsync,
	.fallocate = file_op_fallocate,
	.release = file_op_release,
};

int gofer_open_regular(struct gofer_inode *i, struct file *f)
{
	struct gofer_file *gf = slab_alloc(&file_slab);
	int r;

	if (!gf)
		return -ENOMEM;
	gf->writes = file_writable(f);
	gf->reads = true;
	if (gf->writes)
		r = gofer_get_writer(i, file_readable(f), &gf->h, &gf->reads);
	else
		r = gofer_get_reader(i, &gf->h);
	if (r < 0) {
		slab_free(&file_slab, gf);
		return r;
	}
	f->priv = gf;
	f->ops = &regular_ops;
	return 0;
}
