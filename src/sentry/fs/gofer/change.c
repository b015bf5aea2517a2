/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing names. The Gofer does it; then what is remembered follows: the place of what moved, the
 * link count of what lost a name, and the directory, of which everything remembered is old.
 * INODE_DIR is held by the vfs.
 */
#include <errno.h>
#include <string.h>

#include "abi/fcntl.h"
#include "host/fd.h"
#include "sentry/core/alloc.h"
#include "sentry/core/cred.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/gofer/gofer_priv.h"

static void dir_changed(struct gofer_inode *dir)
{
	gofer_changed(dir, NULL, 0);
	gofer_listing_drop(dir);
}

static struct p9_str str_of(const struct name *name)
{
	return (struct p9_str){name->s, name->len};
}

/* --- names that come --- */

/* Send m, which makes `name` in dir; *fd gets a descriptor that comes along (fd NULL: none does).
 * Caller owns *ret. */
static int make(struct ctx *ctx, struct inode *inode, const struct name *name, struct p9_msg *m,
		int *fd, struct gofer_inode **ret)
{
	struct gofer_inode *dir = gofer_inode(inode);
	struct gofer_fs *fs = gofer_fs_of(inode);
	uint64_t since = gofer_now(fs);
	struct host_stat attr;
	int r = gofer_need_fid(dir, &m->fid);

	if (r < 0)
		return r;
	m->name = str_of(name);
	r = gofer_host_uid(fs, ctx->cred->fsuid, &m->uid);
	if (r == 0)
		r = gofer_host_gid(fs, inode_group_for_new(ctx, inode), &m->gid);
	if (r < 0)
		return r;
	lock_acquire(&fs->client->lock);
	r = gofer_call(fs->client, m, fd);
	attr = m->attr;
	lock_release(&fs->client->lock);
	dir_changed(dir);
	return r < 0 ? r : gofer_found(dir, name->s, name->len, &attr, P9_NOFID, since, ret);
}

int gofer_create(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		 struct inode **ret)
{
	AUTO(host_close_fd) int fd = -1;
	struct gofer_inode *made;
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TCREATE, 0);
	m.mode = mode & LX_S_IALLUGO;
	r = make(ctx, dir, name, &m, &fd, &made);
	if (r < 0)
		return r;
	if (inode_type(&made->inode) != LX_S_IFREG) {
		inode_put(&made->inode);
		return -EIO;
	}
	gofer_put_created(made, host_take_fd(&fd));
	*ret = &made->inode;
	return 0;
}

int gofer_mkdir(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		struct inode **ret)
{
	struct gofer_inode *made;
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TMKDIR, 0);
	m.mode = mode & LX_S_IALLUGO;
	r = make(ctx, dir, name, &m, NULL, &made);
	if (r == 0)
		*ret = &made->inode;
	return r;
}

/* Differs: devices and sockets cannot be made in an export; a socket is bound elsewhere. */
int gofer_mknod(struct ctx *ctx, struct inode *dir, const struct name *name, uint32_t mode,
		uint64_t rdev UNUSED, struct inode **ret)
{
	struct gofer_inode *made;
	struct p9_msg m;
	int r;

	if (!LX_S_ISFIFO(mode) && !LX_S_ISREG(mode))
		return -EPERM;
	p9_msg_init(&m, P9_TMKNOD, 0);
	m.mode = mode;
	r = make(ctx, dir, name, &m, NULL, &made);
	if (r == 0)
		*ret = &made->inode;
	return r;
}

int gofer_symlink(struct ctx *ctx, struct inode *dir, const struct name *name, const char *target,
		  struct inode **ret)
{
	struct gofer_inode *made;
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TSYMLINK, 0);
	m.text = p9_str(target);
	r = make(ctx, dir, name, &m, NULL, &made);
	if (r < 0)
		return r;
	gofer_set_target(made, arena_strdup(target));
	*ret = &made->inode;
	return 0;
}

int gofer_link(struct ctx *ctx UNUSED, struct inode *inode, const struct name *name,
	       struct inode *what)
{
	struct gofer_inode *dir = gofer_inode(inode), *i = gofer_inode(what);
	struct gofer_fs *fs = gofer_fs_of(inode);
	uint64_t since = gofer_now(fs);
	struct host_stat attr;
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TLINK, 0);
	r = gofer_need_fid(dir, &m.fid);
	if (r == 0)
		r = gofer_need_fid(i, &m.fid2);
	if (r < 0)
		return r;
	m.name = str_of(name);
	lock_acquire(&fs->client->lock);
	r = gofer_call(fs->client, &m, NULL);
	attr = m.attr;
	lock_release(&fs->client->lock);
	dir_changed(dir);
	gofer_changed(i, r == 0 && host_stat_same(&attr, &i->id) ? &attr : NULL, since);
	return r;
}

/* --- names that go --- */

/* Does anybody but the name's dentry know i? Then it must be reachable without the name. */
static bool is_in_use(struct gofer_inode *i)
{
	return ref_read(&i->inode.ref) > 1;
}

/* i lost a name. The place that is remembered goes if it is the one. */
static void lost_name(struct gofer_inode *i, struct gofer_inode *dir, const struct name *name,
		      uint32_t nlinks)
{
	struct gofer_place place;

	gofer_unlinked(i, nlinks);
	if (gofer_place_of(i, &place) < 0)
		return;
	if (place.dir == dir && place.len == name->len &&
	    memcmp(place.name, name->s, name->len) == 0)
		gofer_lose_place(i);
	gofer_place_fini(&place);
}

static int remove_name(struct inode *inode, const struct name *name, struct inode *victim,
		       uint32_t flags, uint32_t nlinks)
{
	struct gofer_inode *dir = gofer_inode(inode), *i = gofer_inode(victim);
	struct gofer_client *c = gofer_fs_of(inode)->client;
	uint32_t keep = P9_NOFID;
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TUNLINK, 0);
	r = gofer_need_fid(dir, &m.fid);
	if (r < 0)
		return r;
	m.flags = flags;
	m.name = str_of(name);
	bool wants_fid = is_in_use(i) && gofer_fid(i) == P9_NOFID;
	lock_acquire(&c->lock);
	if (wants_fid)
		r = gofer_fid_take(c, &keep);
	m.newfid = keep;
	if (r == 0)
		r = gofer_call(c, &m, NULL);
	if (r < 0 && keep != P9_NOFID)
		gofer_fid_give(c, keep);
	lock_release(&c->lock);
	dir_changed(dir);
	if (r < 0)
		return r;
	gofer_adopt_fid(i, keep);
	lost_name(i, dir, name, nlinks);
	return 0;
}

int gofer_unlink(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		 struct inode *inode)
{
	return remove_name(dir, name, inode, 0, 1);
}

int gofer_rmdir(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		struct inode *inode)
{
	return remove_name(dir, name, inode, P9_UNLINK_DIR, UINT32_MAX);
}

/* --- names that move --- */

static int rename_call(struct gofer_fs *fs, struct gofer_inode *old_dir,
		       const struct name *old_name, struct gofer_inode *new_dir,
		       const struct name *new_name, unsigned flags)
{
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TRENAME, 0);
	r = gofer_need_fid(old_dir, &m.fid);
	if (r == 0)
		r = gofer_need_fid(new_dir, &m.fid2);
	if (r < 0)
		return r;
	m.flags = flags;
	m.name = str_of(old_name);
	m.name2 = str_of(new_name);
	GUARD(&fs->client->lock);
	return gofer_call(fs->client, &m, NULL);
}

int gofer_rename(struct ctx *ctx UNUSED, struct inode *old_inode_dir, const struct name *old_name,
		 struct inode *old_inode, struct inode *new_inode_dir, const struct name *new_name,
		 struct inode *new_inode, unsigned flags)
{
	struct gofer_inode *old_dir = gofer_inode(old_inode_dir),
			   *new_dir = gofer_inode(new_inode_dir);
	struct gofer_inode *moved = gofer_inode(old_inode),
			   *victim = new_inode ? gofer_inode(new_inode) : NULL;
	bool exchange = flags == LX_RENAME_EXCHANGE;
	uint32_t fid;
	int r = 0;

	if (flags != 0 && flags != LX_RENAME_NOREPLACE && !exchange)
		return -EINVAL;
	if (victim && !exchange && is_in_use(victim))
		r = gofer_need_fid(victim, &fid);
	if (r == 0 || r == -ESTALE)
		r = rename_call(gofer_fs_of(old_inode_dir), old_dir, old_name, new_dir, new_name,
				flags);
	dir_changed(old_dir);
	dir_changed(new_dir);
	if (r < 0)
		return r;
	if (victim && !exchange)
		lost_name(victim, new_dir, new_name,
			  inode_type(new_inode) == LX_S_IFDIR ? UINT32_MAX : 1);
	gofer_set_place(moved, new_dir, new_name->s, new_name->len);
	gofer_changed(moved, NULL, 0);
	if (victim && exchange) {
		gofer_set_place(victim, old_dir, old_name->s, old_name->len);
		gofer_changed(victim, NULL, 0);
	}
	return 0;
}
