/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to inodes: one, several in one round trip, and whether a name that is known still holds. A
 * listing that is complete and holds answers without the Gofer.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/fs/gofer/gofer_priv.h"

/* --- the request --- */

static int take_fids(struct gofer_client *c, struct gofer_walked *w, size_t n) REQUIRES(c->lock)
{
	for (size_t i = 0; i < n; i++) {
		int r = gofer_fid_take(c, &w->fid[i]);

		if (r < 0) {
			while (i > 0)
				gofer_fid_give(c, w->fid[--i]);
			return r;
		}
	}
	return 0;
}

/* Only the last may be no directory, and the walk ends early only there or with an error. */
static bool is_sane(const struct p9_msg *m, size_t n)
{
	if (m->nsteps > n || m->ecode >= 4096 || (m->nsteps == n && m->ecode != 0))
		return false;
	for (size_t i = 0; i + 1 < m->nsteps; i++) {
		if (!LX_S_ISDIR(m->steps[i].attr.mode))
			return false;
	}
	if (m->nsteps == n || m->ecode != 0)
		return true;
	return m->nsteps > 0 && !LX_S_ISDIR(m->steps[m->nsteps - 1].attr.mode);
}

static int take_steps(const struct p9_msg *m, size_t n, struct gofer_walked *w)
{
	const struct p9_step *last = m->nsteps > 0 ? &m->steps[m->nsteps - 1] : NULL;

	if (!is_sane(m, n))
		return -EIO;
	for (size_t i = 0; i < m->nsteps; i++)
		w->attr[i] = m->steps[i].attr;
	if (last && LX_S_ISLNK(last->attr.mode) && last->target.n > 0) {
		w->target = arena_alloc(last->target.n + 1);
		if (!w->target)
			return -ENOMEM;
		memcpy(w->target, last->target.s, last->target.n);
	}
	w->n = m->nsteps;
	return -(int)m->ecode;
}

static bool got_fid(const struct gofer_walked *w, size_t i, enum gofer_fids fids)
{
	return i < w->n && (fids == GOFER_ANY_FID || LX_S_ISDIR(w->attr[i].mode));
}

int gofer_walk_names(struct gofer_fs *fs, uint32_t fid, const struct p9_str *names, size_t n,
		     enum gofer_fids fids, struct gofer_walked *ret)
{
	struct gofer_client *c = fs->client;
	uint8_t list[4 * P9_WALK_MAX];
	struct wire_out o;
	struct p9_msg m;
	int r = 0;

	check(n > 0 && n <= P9_WALK_MAX);
	ret->n = 0;
	ret->target = NULL;
	p9_msg_init(&m, P9_TWALK, 0);
	m.fid = fid;
	m.flags = fids == GOFER_ANY_FID ? P9_WALK_ANY : 0;
	m.nnames = (uint32_t)n;
	memcpy(m.names, names, n * sizeof(*names));
	GUARD(&c->lock);
	if (fids != GOFER_NO_FIDS)
		r = take_fids(c, ret, n);
	if (r < 0)
		return r;
	wire_out_init(&o, list, sizeof(list));
	for (size_t i = 0; i < n && fids != GOFER_NO_FIDS; i++)
		wire_put_u32(&o, ret->fid[i]);
	m.blob = (struct p9_str){(const char *)list, o.len};
	r = gofer_call(c, &m, NULL);
	if (r == 0)
		r = take_steps(&m, n, ret);
	for (size_t i = n; i > 0; i--) {
		if (fids != GOFER_NO_FIDS && !got_fid(ret, i - 1, fids))
			gofer_fid_give(c, ret->fid[i - 1]);
		if (fids == GOFER_NO_FIDS || !got_fid(ret, i - 1, fids))
			ret->fid[i - 1] = P9_NOFID;
	}
	return r;
}

/* --- look-ups --- */

static void set_missing(struct gofer_inode *dir, const struct name *name)
{
	int64_t until = clock_monotonic_ns() + GOFER_MISSING_NS;

	GUARD(&dir->inode.lock);
	dir->missing_hash = name->hash;
	dir->missing_until = until;
}

/* Asked once, and only if we made nothing here since. */
static bool take_missing(struct gofer_inode *dir, const struct name *name)
{
	bool missing;

	GUARD(&dir->inode.lock);
	missing = dir->missing_hash == name->hash && dir->missing_until > clock_monotonic_ns();
	dir->missing_until = 0;
	return missing;
}

/* 1: *ret is it; 0: the listing does not know; -ENOENT: there is no such name; -ENOMEM. */
static int ask_listing(struct gofer_inode *dir, const struct name *name, struct inode **ret)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);
	AUTO(gofer_listing_put) struct gofer_listing *l = gofer_listing_of(dir);
	const struct gofer_entry *e;
	struct gofer_inode *i;
	int64_t until;
	int r;

	if (!l)
		return 0;
	e = gofer_listing_find(l, fs->seed, name->s, name->len);
	if (!e)
		return fs->cache == GOFER_EXCLUSIVE ? -ENOENT : 0;
	if (!e->has_attr)
		return 0;
	until = fs->cache == GOFER_EXCLUSIVE ? GOFER_FOREVER : l->begun_ns + GOFER_LISTING_NS;
	r = gofer_inode_of(fs, &e->attr, until, l->fs_changes, &i);
	if (r < 0)
		return r;
	gofer_set_place(i, dir, name->s, name->len);
	*ret = &i->inode;
	return 1;
}

int gofer_lookup(struct ctx *ctx UNUSED, struct inode *inode, const struct name *name,
		 struct inode **ret)
{
	struct gofer_inode *dir = gofer_inode(inode), *found;
	struct gofer_fs *fs = gofer_fs_of(inode);
	struct p9_str n = {name->s, name->len};
	uint64_t since = gofer_now(fs);
	struct gofer_walked w;
	uint32_t fid;
	int r = take_missing(dir, name) ? -ENOENT : ask_listing(dir, name, ret);

	if (r != 0)
		return r < 0 ? r : 0;
	r = gofer_need_fid(dir, &fid);
	if (r < 0)
		return r;
	r = gofer_walk_names(fs, fid, &n, 1, GOFER_DIR_FIDS, &w);
	if (r < 0)
		return r;
	r = gofer_found(dir, name->s, name->len, &w.attr[0], w.fid[0], since, &found);
	if (r < 0) {
		arena_free(w.target);
		return r;
	}
	gofer_set_target(found, w.target);
	*ret = &found->inode;
	return 0;
}

/* Inodes for all that was walked; on failure for as many as there is memory for. */
static int adopt_walked(struct gofer_inode *dir, const struct name *names, struct gofer_walked *w,
			uint64_t since, struct inode **ret, size_t *ret_n)
{
	struct gofer_fs *fs = gofer_fs_of(&dir->inode);
	int r = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct gofer_inode *found;

		if (r == 0)
			r = gofer_found(dir, names[i].s, names[i].len, &w->attr[i], w->fid[i],
					since, &found);
		else
			gofer_forget(fs->client, w->fid[i], FORGET_LATER);
		if (r < 0)
			continue;
		if (i + 1 == w->n)
			gofer_set_target(found, TAKE(w->target));
		ret[i] = &found->inode;
		*ret_n = i + 1;
		dir = found;
	}
	arena_free(w->target);
	return r;
}

int gofer_walk(struct ctx *ctx UNUSED, struct inode *inode, const struct name *names, size_t n,
	       struct inode **ret, size_t *ret_n)
{
	struct gofer_inode *dir = gofer_inode(inode);
	struct gofer_fs *fs = gofer_fs_of(inode);
	struct p9_str strs[P9_WALK_MAX];
	uint64_t since = gofer_now(fs);
	struct gofer_walked w;
	uint32_t fid;
	int r, missing;

	*ret_n = 0;
	r = ask_listing(dir, &names[0], &ret[0]);
	if (r < 0)
		return r;
	if (r > 0)
		inode_put(ret[0]); /* the rest is asked for in one go with it */
	n = MIN(n, (size_t)P9_WALK_MAX);
	for (size_t i = 0; i < n; i++)
		strs[i] = (struct p9_str){names[i].s, names[i].len};
	r = gofer_need_fid(dir, &fid);
	if (r < 0)
		return r;
	missing = gofer_walk_names(fs, fid, strs, n, GOFER_DIR_FIDS, &w);
	if (missing < 0 && missing != -ENOENT && w.n == 0) {
		arena_free(w.target);
		return missing;
	}
	r = adopt_walked(dir, names, &w, since, ret, ret_n);
	if (r < 0 || missing != -ENOENT)
		return r;
	set_missing(w.n > 0 ? gofer_inode(ret[w.n - 1]) : dir, &names[w.n]);
	return -ENOENT;
}

/* --- does it still hold --- */

int gofer_revalidate(struct ctx *ctx UNUSED, struct inode *inode, const struct name *name,
		     struct inode *what)
{
	struct gofer_inode *dir = gofer_inode(inode), *i = gofer_inode(what);
	struct gofer_fs *fs = gofer_fs_of(inode);
	struct p9_str n = {name->s, name->len};
	uint64_t since = gofer_now(fs);
	struct gofer_walked w;
	uint32_t fid;
	int r;

	if (LX_S_ISDIR(inode_type(what)) && gofer_place_holds(i, dir, name))
		return 1;
	r = gofer_need_fid(dir, &fid);
	if (r == 0)
		r = gofer_walk_names(fs, fid, &n, 1, GOFER_NO_FIDS, &w);
	if (r == -ENOENT || r == -ESTALE || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return r;
	arena_free(w.target);
	if (!host_stat_same(&i->id, &w.attr[0]))
		return 0;
	gofer_set_attr(i, &w.attr[0], gofer_attr_until(fs), since);
	gofer_set_place(i, dir, name->s, name->len);
	return 1;
}
