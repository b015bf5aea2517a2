/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places and their names. A name is put together from its end towards the root, under both the
 * mounts' and the dentry cache's lock, so that it is true for one moment.
 */
#include "sentry/vfs/path.h"

#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/path_priv.h"

struct path path_get(const struct path *p)
{
	struct path copy = *p;

	if (copy.mnt)
		mount_get(copy.mnt);
	if (copy.dentry)
		dentry_get(copy.dentry);
	return copy;
}

void path_put(struct path *p)
{
	dentry_put(TAKE(p->dentry));
	mount_put(TAKE(p->mnt));
}

bool path_equal(const struct path *a, const struct path *b)
{
	return a->mnt == b->mnt && a->dentry == b->dentry;
}

struct inode *path_inode(const struct path *p)
{
	return dentry_inode(p->dentry);
}

static bool is_unlinked(const struct dentry *d)
{
	return d->kind == DENTRY_NAME && !d->hashed;
}

bool path_is_removed(const struct path *p)
{
	return p->dentry->removed;
}

bool path_is_mount_root(const struct path *p)
{
	return p->dentry == p->mnt->root;
}

bool path_is_unlinked(const struct path *p)
{
	return is_unlinked(p->dentry);
}

/* --- text, back to front --- */

struct backwards {
	char *buf; /* of LX_PATH_MAX bytes */
	size_t at; /* the text is buf[at ..] */
};

static int prepend(struct backwards *b, const char *s, size_t n)
{
	if (n > b->at)
		return -ENAMETOOLONG;
	b->at -= n;
	memcpy(b->buf + b->at, s, n);
	return 0;
}

static int prepend_name(struct backwards *b, const struct dentry *d) REQUIRES(dcache_lock)
{
	int r = prepend(b, d->name, d->name_len);

	return r < 0 ? r : prepend(b, "/", 1);
}

/* One step towards the root: 1 taken, 0 there is none. */
static int step_up(struct mount **m, struct dentry **d)
{
	if (*m && *d == (*m)->root) {
		if (!(*m)->parent || !(*m)->ns)
			return 0;
		*d = (*m)->point;
		*m = (*m)->parent;
		return 1;
	}
	if ((*d)->parent == *d)
		return 0;
	*d = (*d)->parent;
	return 1;
}

/* 1: ended at root; 0: ended elsewhere; -ENAMETOOLONG. */
static int build(struct backwards *b, const struct path *p, const struct path *root)
	REQUIRES(mounts_lock)
{
	struct mount *m = p->mnt;
	struct dentry *d = p->dentry;
	int r = 0;

	GUARD(&dcache_lock);
	for (;;) {
		bool named = !(m && d == m->root) && d->kind == DENTRY_NAME;

		if (root && m == root->mnt && d == root->dentry)
			break;
		if (named)
			r = prepend_name(b, d);
		if (r < 0)
			return r;
		if (!step_up(&m, &d)) {
			r = root != NULL;
			break;
		}
	}
	if (b->at == LX_PATH_MAX - 1 && prepend(b, "/", 1) < 0)
		return -ENAMETOOLONG;
	return !r;
}

static int backwards_init(struct backwards *b)
{
	b->buf = arena_alloc(LX_PATH_MAX);
	b->at = LX_PATH_MAX - 1; /* the last byte stays 0 */
	return b->buf ? 0 : -ENOMEM;
}

int path_text_locked(const struct path *p, const struct path *root, struct strbuf *sb)
{
	struct backwards b;
	int r = backwards_init(&b);

	if (r < 0)
		return r;
	r = build(&b, p, root);
	if (r > 0)
		strbuf_adds(sb, b.buf + b.at);
	arena_free(b.buf);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return strbuf_result(sb);
}

/* "pipe:[7]", "anon_inode:[eventfd]", "/memfd:x (deleted)". */
static int anon_text(struct dentry *d, struct strbuf *sb)
{
	struct inode *i = dentry_inode(d);

	switch (inode_type(i)) {
	case LX_S_IFIFO:
		strbuf_addf(sb, "pipe:[%llu]", (unsigned long long)i->ino);
		break;
	case LX_S_IFSOCK:
		strbuf_addf(sb, "socket:[%llu]", (unsigned long long)i->ino);
		break;
	case LX_S_IFREG:
		if (i->sb->magic == LX_NSFS_MAGIC) /* "mnt:[4026531841]" */
			strbuf_adds(sb, d->name);
		else
			strbuf_addf(sb, "/%s (deleted)", d->name);
		break;
	default:
		strbuf_addf(sb, "anon_inode:[%s]", d->name);
		break;
	}
	return strbuf_result(sb);
}

int path_text(const struct path *p, const struct path *root, struct strbuf *sb)
{
	struct backwards b;
	int r;

	if (p->dentry->kind == DENTRY_ANON)
		return anon_text(p->dentry, sb);
	r = backwards_init(&b);
	if (r < 0)
		return r;
	lock_acquire(&mounts_lock);
	r = build(&b, p, root);
	lock_release(&mounts_lock);
	if (r >= 0) {
		if (r == 0)
			strbuf_adds(sb, "(unreachable)");
		strbuf_adds(sb, b.buf + b.at);
		if (path_is_unlinked(p))
			strbuf_adds(sb, " (deleted)");
		r = strbuf_result(sb);
	}
	arena_free(b.buf);
	return r;
}

void dentry_text(struct dentry *d, struct strbuf *sb)
{
	struct path p = {NULL, d};
	struct backwards b;

	if (backwards_init(&b) < 0) {
		sb->failed = true;
		return;
	}
	LOCK_ASSERT_HELD(&mounts_lock);
	if (build(&b, &p, NULL) >= 0) {
		strbuf_adds(sb, b.buf + b.at);
		if (is_unlinked(d))
			strbuf_adds(sb, "//deleted");
	}
	arena_free(b.buf);
}

bool path_is_below(const struct path *p, const struct path *root)
{
	struct mount *m = p->mnt;
	struct dentry *d = p->dentry;

	GUARD(&mounts_lock);
	GUARD(&dcache_lock);
	while (!(m == root->mnt && d == root->dentry)) {
		if (!step_up(&m, &d))
			return false;
	}
	return true;
}
