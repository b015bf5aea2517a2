/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path resolution: path_resolution(7), symlink(7), and the RESOLVE_ rules of openat2(2).
 *
 * The text is a stack of frames: following a symlink puts its target on top of what was left of the
 * path, or in its place if nothing was left, so that the stack never holds an empty frame. A walk
 * owns the place it is at; each step replaces it.
 *
 * Before the first name that is not cached the walk asks the filesystem for several in a row, if it
 * can answer that (inode_ops.walk), so that a deep cold path costs one round trip. What comes back
 * only fills the cache: permission and links are looked at in the ordinary steps.
 */
#include "sentry/vfs/walk_priv.h"

#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "abi/mount.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/mount_priv.h"

enum { PREFETCH_MAX = 16 };

#define WALK_SCOPED (WALK_BENEATH | WALK_IN_ROOT)

/* --- beginning and end --- */

static struct path start_place(struct fs_info *fs, const struct path *at)
{
	return at ? path_get(at) : fs_info_cwd(fs);
}

int walk_start(struct walk *w, struct ctx *ctx, struct fs_info *fs, const struct path *at,
	       const char *name, unsigned flags)
{
	memset(w, 0, offsetof(struct walk, outer));
	w->ctx = ctx;
	w->flags = flags;
	w->top = (struct walk_frame){NULL, name};
	w->last_type = LAST_NONE;
	w->trailing_slash = false;
	if (name[0] == '\0' && !(flags & WALK_EMPTY))
		return -ENOENT;
	if (name[0] == '/' && (flags & WALK_BENEATH))
		return -EXDEV;
	if (flags & WALK_SCOPED)
		w->root = start_place(fs, at);
	else
		w->root = fs ? fs_info_root(fs) : path_get(at);
	w->cur = name[0] == '/' ? path_get(&w->root) : start_place(fs, at);
	return 0;
}

void walk_fini(struct walk *w)
{
	arena_free(w->top.text);
	while (w->depth > 0)
		arena_free(w->outer[--w->depth].text);
	path_put(&w->cur);
	path_put(&w->root);
}

static void walk_go(struct walk *w, struct path to)
{
	path_put(&w->cur);
	w->cur = to;
}

/* --- up --- */

/* The place that contains w->cur, through the roots of mounts: 1, owned; 0: there is none; -errno. */
static int parent_of(struct walk *w, struct path *ret)
{
	struct path p = path_get(&w->cur);

	while (p.dentry == p.mnt->root) {
		struct path on;

		if (path_equal(&p, &w->root) || !mount_point(p.mnt, &on)) {
			path_put(&p);
			return 0;
		}
		path_put(&p);
		p = on;
		if (w->flags & WALK_NO_XDEV) {
			path_put(&p);
			return -EXDEV;
		}
	}
	if (path_equal(&p, &w->root)) {
		path_put(&p);
		return 0;
	}
	*ret = (struct path){mount_get(p.mnt), dentry_parent(p.dentry)};
	path_put(&p);
	return 1;
}

static int walk_up(struct walk *w)
{
	struct path up;
	int r;

	if (path_equal(&w->cur, &w->root))
		return w->flags & WALK_BENEATH ? -EXDEV : 0;
	r = parent_of(w, &up);
	if (r <= 0)
		return r;
	if (mount_cross(&up) && (w->flags & WALK_NO_XDEV)) {
		path_put(&up);
		return -EXDEV;
	}
	walk_go(w, up);
	/* Somebody may have moved us out of the scope meanwhile. */
	if ((w->flags & WALK_SCOPED) && !path_is_below(&w->cur, &w->root))
		return -EAGAIN;
	return 0;
}

/* --- links --- */

static int push_text(struct walk *w, char *text)
{
	if (*w->top.rest == '\0') {
		arena_free(w->top.text); /* the caller's own is NULL */
	} else {
		if (w->depth == WALK_LINKS_MAX) {
			arena_free(text);
			return -ELOOP;
		}
		w->outer[w->depth++] = w->top;
	}
	w->top = (struct walk_frame){text, text};
	return 0;
}

static int follow_magic(struct walk *w, struct inode *inode)
{
	struct path to;
	int r;

	if (w->flags & (WALK_NO_MAGICLINKS | WALK_NO_SYMLINKS))
		return -ELOOP;
	r = inode->ops->follow(w->ctx, inode, &to);
	if (r < 0)
		return r;
	if ((w->flags & WALK_SCOPED) || ((w->flags & WALK_NO_XDEV) && to.mnt != w->cur.mnt)) {
		path_put(&to);
		return -EXDEV;
	}
	walk_go(w, to);
	return WALK_AGAIN;
}

static int read_target(struct walk *w, struct inode *inode, char **ret)
{
	AUTO(strbuf_fini) struct strbuf sb = STRBUF_INIT;
	int r;

	if (!inode->ops->readlink)
		return -EINVAL;
	r = inode->ops->readlink(w->ctx, inode, &sb);
	if (r == 0)
		r = strbuf_result(&sb);
	if (r < 0)
		return r;
	if (sb.len == 0 || memchr(strbuf_str(&sb), '\0', sb.len))
		return -ENOENT;
	if (sb.len >= LX_PATH_MAX)
		return -ENAMETOOLONG;
	*ret = arena_strdup(strbuf_str(&sb));
	return *ret ? 0 : -ENOMEM;
}

static int jump_to_root(struct walk *w)
{
	if (w->flags & WALK_BENEATH)
		return -EXDEV;
	if ((w->flags & WALK_NO_XDEV) && w->cur.mnt != w->root.mnt)
		return -EXDEV;
	walk_go(w, path_get(&w->root));
	return 0;
}

int walk_follow(struct walk *w, const struct path *link)
{
	struct inode *inode = path_inode(link);
	char *text;
	int r;

	if (++w->nlinks > WALK_LINKS_MAX || (w->flags & WALK_NO_SYMLINKS))
		return -ELOOP;
	if (mount_flags(link->mnt) & LX_MS_NOSYMFOLLOW)
		return -ELOOP;
	if (inode->ops->follow)
		return follow_magic(w, inode);
	r = read_target(w, inode, &text);
	if (r < 0)
		return r;
	if (text[0] == '/') {
		r = jump_to_root(w);
		if (r < 0) {
			arena_free(text);
			return r;
		}
	}
	r = push_text(w, text);
	return r < 0 ? r : WALK_AGAIN;
}

/* --- names --- */

static const char *skip_slashes(const char *s)
{
	while (*s == '/')
		s++;
	return s;
}

static bool is_dots(const char *s, size_t len)
{
	return s[0] == '.' && (len == 1 || (len == 2 && s[1] == '.'));
}

/* The next names of the innermost text, as far as they are plain ones. */
static size_t names_ahead(const struct walk *w, struct name *names, size_t max)
{
	const char *s = w->top.rest;
	size_t n = 0;

	while (n < max && *(s = skip_slashes(s))) {
		size_t len = strcspn(s, "/");

		if (is_dots(s, len) || len > LX_NAME_MAX)
			break;
		name_init(&names[n++], s, len);
		s += len;
	}
	return n;
}

/* Fill the cache with `name` and what follows. Failures are met again in the ordinary steps. */
static void prefetch(struct walk *w, const struct name *name)
{
	struct inode *dir = path_inode(&w->cur), *found[PREFETCH_MAX] = {NULL};
	struct name names[PREFETCH_MAX];
	struct dentry *at;
	uint64_t gen;
	size_t n, n_found = 0;
	int r;

	names[0] = *name;
	n = 1 + names_ahead(w, names + 1, PREFETCH_MAX - 1);
	if (n == 1)
		return;
	gen = dir->sb->names_gen;
	r = dir->ops->walk(w->ctx, dir, names, n, found, &n_found);
	(void)r;
	at = dentry_get(w->cur.dentry);
	for (size_t i = 0; i < n_found && i < n; i++) {
		struct dentry *next = NULL;

		if (at) {
			dentry_add_found(at, &names[i], found[i], gen);
			next = dentry_find(at, &names[i]);
		} else {
			inode_put(found[i]);
		}
		dentry_put(at);
		at = next;
	}
	dentry_put(at);
}

static int lookup_name(struct walk *w, const struct name *name, struct dentry **ret)
{
	int r = dentry_lookup_cached(w->ctx, w->cur.dentry, name, ret);

	if (r != 0)
		return r < 0 ? r : 0;
	if (path_inode(&w->cur)->ops->walk && *w->top.rest)
		prefetch(w, name);
	return dentry_lookup(w->ctx, w->cur.dentry, name, ret);
}

/* Through one name. final: it is the last component, so a link is followed only if the caller wants
 * it. */
static int step_name(struct walk *w, const struct name *name, bool final)
{
	struct path next = {w->cur.mnt, NULL};
	struct inode *inode;
	int r = lookup_name(w, name, &next.dentry);

	if (r < 0)
		return r;
	mount_get(next.mnt);
	if (mount_cross(&next) && (w->flags & WALK_NO_XDEV))
		r = -EXDEV;
	inode = path_inode(&next);
	if (r == 0 && !inode)
		r = -ENOENT;
	if (r == 0 && inode_type(inode) == LX_S_IFLNK && (!final || (w->flags & WALK_FOLLOW)))
		r = walk_follow(w, &next);
	else if (r == 0)
		walk_go(w, path_take(&next));
	path_put(&next);
	return r;
}

static int check_search(struct walk *w)
{
	struct inode *dir = path_inode(&w->cur);

	if (inode_type(dir) != LX_S_IFDIR)
		return -ENOTDIR;
	return inode_permission(w->ctx, dir, VFS_MAY_EXEC);
}

static int step(struct walk *w, enum last_type type, const struct name *name, bool final)
{
	switch (type) {
	case LAST_NAME:
		return step_name(w, name, final);
	case LAST_DOT:
	case LAST_NONE:
		return 0;
	case LAST_DOTDOT:
		return walk_up(w);
	}
	return -EINVAL;
}

/* The next component of the innermost text that has one. False: none anywhere. */
static bool next_component(struct walk *w, struct name *name, enum last_type *type)
{
	const char *s;
	size_t len;

	while (*(s = skip_slashes(w->top.rest)) == '\0') {
		w->top.rest = s;
		if (w->depth == 0)
			return false;
		arena_free(w->top.text);
		w->top = w->outer[--w->depth];
	}
	len = strcspn(s, "/");
	w->top.rest = skip_slashes(s + len);
	w->trailing_slash = s[len] == '/';
	*type = LAST_NAME;
	if (is_dots(s, len))
		*type = len == 1 ? LAST_DOT : LAST_DOTDOT;
	name_init(name, s, len);
	return true;
}

int walk_to_last(struct walk *w)
{
	for (;;) {
		int r;

		if (!next_component(w, &w->last, &w->last_type)) {
			w->last_type = LAST_NONE;
			w->trailing_slash = false;
			return 0;
		}
		r = check_search(w);
		if (r < 0)
			return r;
		if (*w->top.rest == '\0' && w->depth == 0)
			return 0;
		r = step(w, w->last_type, &w->last, false);
		if (r < 0)
			return r;
	}
}

int walk_step(struct walk *w)
{
	if (w->trailing_slash)
		w->flags |= WALK_FOLLOW | WALK_DIRECTORY;
	return step(w, w->last_type, &w->last, true);
}

int walk_finish(struct walk *w, struct path *ret)
{
	int r;

	do {
		r = walk_to_last(w);
		if (r == 0)
			r = walk_step(w);
	} while (r == WALK_AGAIN);
	if (r < 0)
		return r;
	if ((w->flags & WALK_DIRECTORY) && inode_type(path_inode(&w->cur)) != LX_S_IFDIR)
		return -ENOTDIR;
	*ret = path_take(&w->cur);
	return 0;
}

int walk_parent(struct walk *w, struct ctx *ctx, struct fs_info *fs, const struct path *at,
		const char *name)
{
	int r = walk_start(w, ctx, fs, at, name, 0);

	return r < 0 ? r : walk_to_last(w);
}

int vfs_walk(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name,
	     unsigned flags, struct path *ret)
{
	struct walk w;
	int r = walk_start(&w, ctx, fs, at, name, flags);

	if (r == 0)
		r = walk_finish(&w, ret);
	walk_fini(&w);
	return r;
}

int vfs_readlink(struct ctx *ctx, const struct path *p, struct strbuf *sb)
{
	struct inode *i = path_inode(p);

	if (inode_type(i) != LX_S_IFLNK || !i->ops->readlink)
		return -EINVAL;
	return i->ops->readlink(ctx, i, sb);
}
