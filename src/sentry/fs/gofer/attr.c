/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an inode says about itself. A file that is open here is asked through its own descriptor,
 * without the Gofer: that is the host's truth of now. Everything else is believed as long as the
 * cache policy says.
 */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "host/fd.h"
#include "sentry/core/alloc.h"
#include "sentry/core/clock.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/gofer/gofer_priv.h"

/* What the host shows in a user namespace that has no name for an owner (user_namespaces(7)). */
#define UNMAPPED_ID 65534u

#define ATTRIBUTES                                                                                 \
	(LX_STATX_ATTR_COMPRESSED | LX_STATX_ATTR_IMMUTABLE | LX_STATX_ATTR_APPEND |               \
	 LX_STATX_ATTR_NODUMP | LX_STATX_ATTR_ENCRYPTED | LX_STATX_ATTR_VERITY)

/* --- asking --- */

int gofer_fstat(struct gofer_inode *i, int fd, struct host_stat *ret)
{
	int r = host_fstat(fd, ret);

	if (r < 0)
		return r;
	GUARD(&i->inode.lock);
	if (ret->uid == UNMAPPED_ID)
		ret->uid = i->attr.uid;
	if (ret->gid == UNMAPPED_ID)
		ret->gid = i->attr.gid;
	return 0;
}

static int ask_open_file(struct gofer_inode *i, struct hostfd *h)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	uint64_t since = gofer_now(fs);
	struct host_stat st;
	int r = gofer_fstat(i, hostfd_fd(h), &st);

	if (r < 0)
		return r;
	gofer_set_attr(i, &st, gofer_attr_until(fs), since);
	return 0;
}

static int ask_by_fid(struct gofer_inode *i, uint32_t fid)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	uint64_t since = gofer_now(fs);
	struct host_stat st;
	struct p9_msg m;
	int r;

	p9_msg_init(&m, P9_TGETATTR, 0);
	m.fid = fid;
	lock_acquire(&fs->client->lock);
	r = gofer_call(fs->client, &m, NULL);
	st = m.attr;
	lock_release(&fs->client->lock);
	if (r == 0 && !host_stat_same(&st, &i->id))
		r = -ESTALE;
	if (r == 0)
		gofer_set_attr(i, &st, gofer_attr_until(fs), since);
	return r;
}

/* Look at the name; a symlink's target comes along. */
static int ask_by_name(struct gofer_inode *i)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	uint64_t since = gofer_now(fs);
	AUTO(gofer_place_fini) struct gofer_place place = {.dir = NULL};
	struct gofer_walked w;
	int r = gofer_place_with_fid(i, &place);

	if (r < 0)
		return r;
	r = gofer_walk_names(fs, place.fid, &(struct p9_str){place.name, place.len}, 1,
			     GOFER_NO_FIDS, &w);
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? -ESTALE : r;
	if (!gofer_is(fs, i, &w.attr[0])) {
		arena_free(w.target);
		return -ESTALE;
	}
	gofer_set_target(i, w.target);
	gofer_set_attr(i, &w.attr[0], gofer_attr_until(fs), since);
	return 0;
}

static bool is_believed(struct gofer_inode *i)
{
	GUARD(&i->inode.lock);
	return i->attr_until == GOFER_FOREVER || i->attr_until > clock_monotonic_ns();
}

static int refresh(struct gofer_inode *i)
{
	AUTO(hostfd_put) struct hostfd *h = gofer_any_fd(i);
	uint32_t fid;

	if (h)
		return ask_open_file(i, h);
	if (is_believed(i))
		return 0;
	fid = gofer_fid(i);
	return fid == P9_NOFID ? ask_by_name(i) : ask_by_fid(i, fid);
}

static void fill(struct gofer_inode *i, struct kstat *ret)
{
	const struct host_stat *a = &i->attr;

	GUARD(&i->inode.lock);
	*ret = (struct kstat){
		.dev = i->inode.sb->dev,
		.ino = i->inode.ino,
		.rdev = a->rdev,
		.mode = a->mode,
		.nlink = a->nlink,
		.uid = i->inode.uid,
		.gid = i->inode.gid,
		.size = a->size,
		.blocks = a->blocks,
		.blksize = a->blksize,
		.atime = a->atime,
		.mtime = a->mtime,
		.ctime = a->ctime,
		.btime = a->btime,
		.attributes = a->attributes & ATTRIBUTES,
		.attributes_mask = ATTRIBUTES,
	};
}

int gofer_getattr(struct ctx *ctx UNUSED, struct inode *inode, struct kstat *ret)
{
	struct gofer_inode *i = gofer_inode(inode);
	int r = refresh(i);

	if (r < 0)
		return r;
	fill(i, ret);
	return 0;
}

/* --- changing --- */

static int to_message(const struct gofer_fs *fs, const struct iattr *a, struct p9_msg *m)
{
	int r = 0;

	static const struct {
		unsigned ours, wire;
	} bits[] = {
		{IATTR_MODE, P9_SET_MODE}, {IATTR_UID, P9_SET_UID},     {IATTR_GID, P9_SET_GID},
		{IATTR_SIZE, P9_SET_SIZE}, {IATTR_ATIME, P9_SET_ATIME}, {IATTR_MTIME, P9_SET_MTIME},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		m->valid |= a->valid & bits[i].ours ? bits[i].wire : 0;
	m->mode = a->mode;
	m->size = a->size;
	m->atime = a->atime;
	m->mtime = a->mtime;
	if (a->valid & IATTR_UID)
		r = gofer_host_uid(fs, a->uid, &m->uid);
	if (r == 0 && a->valid & IATTR_GID)
		r = gofer_host_gid(fs, a->gid, &m->gid);
	return r == -EOVERFLOW ? -EINVAL : r; /* chown(2) */
}

/* The size of a file that is open for writing. */
static struct hostfd *get_writing_fd(struct gofer_inode *i)
{
	GUARD(&i->inode.lock);
	return i->writes ? hostfd_get(i->writes) : NULL;
}

static int set_size_here(struct gofer_inode *i, struct hostfd *h, uint64_t size)
{
	int r = host_set_size(hostfd_fd(h), size);

	if (r == 0)
		gofer_changed(i, NULL, 0);
	return r;
}

int gofer_setattr(struct ctx *ctx UNUSED, struct inode *inode, const struct iattr *attr)
{
	struct gofer_inode *i = gofer_inode(inode);
	struct gofer_fs *fs = gofer_fs_of(inode);
	AUTO(hostfd_put) struct hostfd *h = attr->valid == IATTR_SIZE ? get_writing_fd(i) : NULL;
	uint64_t since = gofer_now(fs);
	struct host_stat st;
	struct p9_msg m;
	uint32_t fid;
	int r;

	if (h)
		return set_size_here(i, h, attr->size);
	r = gofer_need_fid(i, &fid);
	if (r < 0)
		return r;
	p9_msg_init(&m, P9_TSETATTR, 0);
	m.fid = fid;
	r = to_message(fs, attr, &m);
	if (r < 0)
		return r;
	lock_acquire(&fs->client->lock);
	r = gofer_call(fs->client, &m, NULL);
	st = m.attr;
	lock_release(&fs->client->lock);
	gofer_changed(i, r == 0 && host_stat_same(&st, &i->id) ? &st : NULL, since);
	return r;
}

/* --- symlinks --- */

static bool add_target(struct gofer_inode *i, struct strbuf *sb)
{
	GUARD(&i->inode.lock);
	if (!i->target)
		return false;
	strbuf_adds(sb, i->target);
	return true;
}

static int ask_target(struct gofer_inode *i, struct strbuf *sb)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	struct p9_msg m;
	uint32_t fid;
	int r = gofer_need_fid(i, &fid);

	if (r < 0)
		return r;
	p9_msg_init(&m, P9_TREADLINK, 0);
	m.fid = fid;
	GUARD(&fs->client->lock);
	r = gofer_call(fs->client, &m, NULL);
	if (r == 0)
		strbuf_add(sb, m.text.s, m.text.n);
	return r;
}

/* Linux never changes the target of a symlink, so what was read once holds. */
int gofer_readlink(struct ctx *ctx UNUSED, struct inode *inode, struct strbuf *sb)
{
	struct gofer_inode *i = gofer_inode(inode);
	int r = 0;

	if (add_target(i, sb))
		return strbuf_result(sb);
	if (gofer_fid(i) == P9_NOFID)
		r = ask_by_name(i);
	if (r == 0 && !add_target(i, sb))
		r = ask_target(i, sb);
	return r < 0 ? r : strbuf_result(sb);
}

/* --- xattrs --- */

/* Send m about i; on success its blob is in buf: the length. size 0: only that. */
static ssize_t ask_xattr(struct gofer_inode *i, struct p9_msg *m, void *buf, size_t size)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	int r = gofer_need_fid(i, &m->fid);

	if (r < 0)
		return r;
	m->count = (uint32_t)MIN(size ? size : P9_MSIZE, (size_t)P9_MSIZE);
	GUARD(&fs->client->lock);
	r = gofer_call(fs->client, m, NULL);
	if (r < 0)
		return r;
	if (size == 0)
		return (ssize_t)m->blob.n;
	if (m->blob.n > size)
		return -ERANGE;
	if (m->blob.n > 0)
		memcpy(buf, m->blob.s, m->blob.n);
	return (ssize_t)m->blob.n;
}

ssize_t gofer_getxattr(struct ctx *ctx UNUSED, struct inode *inode, const char *name, void *buf,
		       size_t size)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TGETXATTR, 0);
	m.text = p9_str(name);
	return ask_xattr(gofer_inode(inode), &m, buf, size);
}

ssize_t gofer_listxattr(struct ctx *ctx UNUSED, struct inode *inode, char *buf, size_t size)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TLISTXATTR, 0);
	return ask_xattr(gofer_inode(inode), &m, buf, size);
}

static int change_xattr(struct gofer_inode *i, struct p9_msg *m)
{
	struct gofer_fs *fs = gofer_fs_of(&i->inode);
	int r = gofer_need_fid(i, &m->fid);

	if (r < 0)
		return r;
	lock_acquire(&fs->client->lock);
	r = gofer_call(fs->client, m, NULL);
	lock_release(&fs->client->lock);
	gofer_changed(i, NULL, 0);
	return r;
}

int gofer_setxattr(struct ctx *ctx UNUSED, struct inode *inode, const char *name, const void *buf,
		   size_t size, int flags)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TSETXATTR, 0);
	m.text = p9_str(name);
	m.blob = (struct p9_str){buf, size};
	m.flags = (uint32_t)flags;
	return change_xattr(gofer_inode(inode), &m);
}

int gofer_removexattr(struct ctx *ctx UNUSED, struct inode *inode, const char *name)
{
	struct p9_msg m;

	p9_msg_init(&m, P9_TREMOVEXATTR, 0);
	m.text = p9_str(name);
	return change_xattr(gofer_inode(inode), &m);
}
