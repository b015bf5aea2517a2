/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening: openat(2), openat2(2), the open of execve(2), and places that were walked to already
 * (/proc/self/fd).
 *
 * The name is walked to its last component; with O_CREAT a missing name is made under the
 * directory's lock; what is found or made is then opened by its type. A file that was made just now
 * is opened whatever its mode says.
 */
#include <errno.h>

#include "abi/inotify.h"
#include "abi/mount.h"
#include "sentry/core/ctx.h"
#include "sentry/vfs/attr_priv.h"
#include "sentry/vfs/create_priv.h"
#include "sentry/vfs/file_priv.h"
#include "sentry/vfs/inotify.h"
#include "sentry/vfs/mount_priv.h"
#include "sentry/vfs/special.h"

/* What F_GETFL never shows. */
#define OPEN_ONCE (LX_O_CREAT | LX_O_EXCL | LX_O_NOCTTY | LX_O_TRUNC | LX_O_CLOEXEC)

/* The permission that an access mode asks for; 3 asks for both and gives neither. */
static unsigned access_mask(unsigned flags)
{
	static const unsigned mask[4] = {
		VFS_MAY_READ,
		VFS_MAY_WRITE,
		VFS_MAY_READ | VFS_MAY_WRITE,
		VFS_MAY_READ | VFS_MAY_WRITE,
	};

	return mask[flags & LX_O_ACCMODE] | (flags & LX_O_TRUNC ? VFS_MAY_WRITE : 0);
}

/* --- what may be opened --- */

static int check_type(const struct path *p, unsigned mask)
{
	uint64_t ms_flags = mount_flags(p->mnt);

	switch (inode_type(path_inode(p))) {
	case LX_S_IFLNK:
		return -ELOOP;
	case LX_S_IFDIR:
		return mask & VFS_MAY_WRITE ? -EISDIR : 0;
	case LX_S_IFBLK:
	case LX_S_IFCHR:
		return ms_flags & LX_MS_NODEV ? -EACCES : 0;
	default:
		return 0;
	}
}

static bool is_stored(uint32_t type)
{
	return type == LX_S_IFREG || type == LX_S_IFDIR || type == LX_S_IFLNK;
}

static int check_access(struct ctx *ctx, const struct path *p, unsigned flags)
{
	struct inode *i = path_inode(p);
	unsigned mask = access_mask(flags);
	int r = check_type(p, mask);

	if (r < 0)
		return r;
	if ((mask & VFS_MAY_WRITE) && is_stored(inode_type(i)) && (i->sb->flags & LX_MS_RDONLY))
		return -EROFS;
	r = inode_permission(ctx, i, mask);
	if (r < 0)
		return r;
	if ((mask & VFS_MAY_WRITE) && is_stored(inode_type(i)) && mount_check_writable(p->mnt) < 0)
		return -EROFS;
	if ((flags & LX_O_NOATIME) && !inode_owner_or_capable(ctx, i))
		return -EPERM;
	return 0;
}

/* --- opening what is there --- */

static int open_by_type(struct ctx *ctx, struct file *f)
{
	struct inode *i = f->inode;
	vfs_open_fn fn = NULL;

	if (f->path.dentry->kind == DENTRY_ANON) /* /proc/pid/fd: who made it knows */
		return i->ops->open ? i->ops->open(ctx, i, f) : -ENXIO;
	switch (inode_type(i)) {
	case LX_S_IFCHR:
		fn = vfs_chrdev_find(i->rdev);
		return fn ? fn(ctx, i, f) : -ENXIO;
	case LX_S_IFIFO:
		f->kind = FILE_STREAM;
		return vfs_fifo_open ? vfs_fifo_open(ctx, i, f) : -ENXIO;
	case LX_S_IFREG:
	case LX_S_IFDIR:
		return i->ops->open ? i->ops->open(ctx, i, f) : -ENXIO;
	default:
		return -ENXIO;
	}
}

static int count_writer(struct file *f)
{
	int r;

	if (inode_type(f->inode) != LX_S_IFREG || !file_writable(f))
		return 0;
	r = inode_writer_get(f->inode);
	f->counts_writer = r == 0;
	return r;
}

/* Everything is allowed by now. */
static int open_file(struct ctx *ctx, const struct path *p, unsigned flags, struct file **ret)
{
	/* Terminals look at O_NOCTTY when they open. */
	AUTO(file_put)
	struct file *f = file_alloc(p, path_inode(p),
				    flags & ~((unsigned)OPEN_ONCE & ~(unsigned)LX_O_NOCTTY));
	int r;

	if (!f)
		return -ENOMEM;
	if (flags & LX_O_PATH) {
		f->opath = true;
		f->flags &= (unsigned)(LX_O_PATH | LX_O_DIRECTORY | LX_O_NOFOLLOW);
		*ret = TAKE(f);
		return 0;
	}
	r = count_writer(f);
	if (r == 0)
		r = open_by_type(ctx, f);
	if (r < 0)
		return r;
	f->flags &= ~(unsigned)LX_O_NOCTTY;
	inotify_path(p, LX_IN_OPEN);
	*ret = TAKE(f);
	return 0;
}

static int truncate_opened(struct ctx *ctx, const struct path *p)
{
	struct inode *i = path_inode(p);
	int r = inode_writer_get(i); /* O_TRUNC with O_RDONLY is a write too */

	if (r < 0)
		return r;
	r = inode_truncate(ctx, i, 0);
	inode_writer_put(i);
	if (r == 0)
		inotify_path(p, LX_IN_MODIFY);
	return r;
}

enum made { MADE_BEFORE, MADE_NOW };

static int open_place(struct ctx *ctx, const struct path *p, unsigned flags, enum made made,
		      struct file **ret)
{
	AUTO(file_put) struct file *f = NULL;
	uint32_t type = inode_type(path_inode(p));
	int r = 0;

	if ((flags & LX_O_DIRECTORY) && type != LX_S_IFDIR)
		return -ENOTDIR;
	if (!(flags & LX_O_PATH) && made == MADE_BEFORE) {
		if (type != LX_S_IFREG)
			flags &= ~(unsigned)LX_O_TRUNC; /* of a FIFO or device nothing is cut */
		r = type == LX_S_IFDIR && (flags & LX_O_CREAT) ? -EISDIR
							       : check_access(ctx, p, flags);
	}
	if (r == 0)
		r = open_file(ctx, p, flags, &f);
	if (r == 0 && (flags & LX_O_TRUNC) && !(flags & LX_O_PATH) && made == MADE_BEFORE)
		r = truncate_opened(ctx, p);
	if (r == 0)
		*ret = TAKE(f);
	return r;
}

int vfs_open_path(struct ctx *ctx, const struct path *p, unsigned flags, struct file **ret)
{
	return open_place(ctx, p, flags & ~(unsigned)(LX_O_CREAT | LX_O_EXCL), MADE_BEFORE, ret);
}

/* --- O_CREAT --- */

static int make_file(struct walk *w, struct fs_info *fs, const struct open_how *how,
		     struct dentry *d)
{
	struct inode *dir = path_inode(&w->cur), *made;
	uint32_t mode;
	int r = may_create(w->ctx, &w->cur);

	if (!dir->ops->create && dir->sb->no_negative)
		return -ENOENT; /* as procfs says it: there is no missing name to fill */
	if (r < 0)
		return r;
	if (!dir->ops->create)
		return -EACCES;
	mode = mode_for_new(w->ctx, dir, LX_S_IFREG | (how->mode & LX_S_IALLUGO & ~fs->umask));
	r = dir->ops->create(w->ctx, dir, &w->last, mode, &made);
	if (r == 0)
		entry_made(w->ctx, w, d, made);
	return r;
}

/* Under the directory's lock: the last component, made if it is missing. */
static int find_or_make_locked(struct walk *w, struct fs_info *fs, const struct open_how *how,
			       struct dentry **ret, enum made *made)
{
	struct dentry *d;
	int r = dentry_lookup_locked(w->ctx, w->cur.dentry, &w->last, &d);

	if (r < 0)
		return r;
	if (!dentry_inode(d)) {
		r = make_file(w, fs, how, d);
		*made = MADE_NOW;
	}
	if (r == -EEXIST && !(how->flags & LX_O_EXCL)) {
		/* Somebody outside the sandbox was faster. */
		*made = MADE_BEFORE;
		dentry_unhash(d);
		dentry_put(d);
		d = NULL;
		r = dentry_lookup_locked(w->ctx, w->cur.dentry, &w->last, &d);
		if (r == 0 && !dentry_inode(d))
			r = -ENOENT;
	}
	if (r < 0)
		dentry_put(d);
	else
		*ret = d;
	return r;
}

static int find_or_make(struct walk *w, struct fs_info *fs, const struct open_how *how,
			struct path *ret, enum made *made)
{
	AUTO(dentry_put) struct dentry *d = NULL;
	struct inode *dir = path_inode(&w->cur);
	int r = dentry_lookup_cached(w->ctx, w->cur.dentry, &w->last, &d);

	*made = MADE_BEFORE;
	if (r < 0)
		return r;
	if (!d || !dentry_inode(d)) {
		dentry_put(TAKE(d));
		lock_acquire(&dir->dir_lock);
		r = find_or_make_locked(w, fs, how, &d, made);
		lock_release(&dir->dir_lock);
		if (r < 0)
			return r;
	}
	*ret = (struct path){mount_get(w->cur.mnt), TAKE(d)};
	return 0;
}

/* 0: *ret is it; WALK_AGAIN: a link was followed; -errno. */
static int create_step(struct walk *w, struct fs_info *fs, const struct open_how *how,
		       struct path *ret, enum made *made)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	struct inode *i;
	int r;

	if (w->last_type != LAST_NAME) {
		r = walk_step(w);
		if (r < 0)
			return r;
		*ret = path_take(&w->cur);
		*made = MADE_BEFORE;
		return how->flags & LX_O_EXCL ? -EEXIST : 0;
	}
	if (w->trailing_slash)
		return -EISDIR;
	r = find_or_make(w, fs, how, &p, made);
	if (r < 0)
		return r;
	if (*made == MADE_BEFORE && (how->flags & LX_O_EXCL))
		return -EEXIST;
	if (mount_cross(&p) && (w->flags & WALK_NO_XDEV))
		return -EXDEV;
	i = path_inode(&p);
	if (inode_type(i) == LX_S_IFLNK)
		return how->flags & LX_O_NOFOLLOW ? -ELOOP : walk_follow(w, &p);
	*ret = path_take(&p);
	return 0;
}

static int open_create(struct walk *w, struct fs_info *fs, const struct open_how *how,
		       struct file **ret)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	enum made made = MADE_BEFORE;
	int r;

	do {
		r = walk_to_last(w);
		if (r == 0)
			r = create_step(w, fs, how, &p, &made);
	} while (r == WALK_AGAIN);
	return r < 0 ? r : open_place(w->ctx, &p, how->flags, made, ret);
}

/* --- O_TMPFILE --- */

static int open_tmpfile(struct ctx *ctx, struct fs_info *fs, const struct path *dir,
			const struct open_how *how, struct file **ret)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	struct inode *di = path_inode(dir), *made;
	int r = inode_permission(ctx, di, VFS_MAY_WRITE | VFS_MAY_EXEC);

	if (r == 0)
		r = mount_check_writable(dir->mnt);
	if (r < 0)
		return r;
	if (!di->ops->tmpfile)
		return -EOPNOTSUPP;
	lock_acquire(&di->dir_lock);
	r = di->ops->tmpfile(
		ctx, di,
		mode_for_new(ctx, di, LX_S_IFREG | (how->mode & LX_S_IALLUGO & ~fs->umask)), &made);
	lock_release(&di->dir_lock);
	if (r < 0)
		return r;
	if (!(how->flags & LX_O_EXCL))
		made->linkable = true;
	p = (struct path){mount_get(dir->mnt), dentry_new_unnamed(dir->dentry, made)};
	if (!p.dentry)
		return -ENOMEM;
	return open_place(ctx, &p, how->flags & ~(unsigned)LX_O_TMPFILE, MADE_NOW, ret);
}

/* --- all of it --- */

static unsigned walk_flags_of(const struct open_how *how)
{
	unsigned flags = how->resolve;

	if (!(how->flags & LX_O_NOFOLLOW))
		flags |= WALK_FOLLOW;
	if (how->flags & LX_O_DIRECTORY)
		flags |= WALK_DIRECTORY;
	return flags;
}

int vfs_open(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name,
	     const struct open_how *how, struct file **ret)
{
	bool tmpfile = (how->flags & LX___O_TMPFILE) != 0;
	AUTO(path_put) struct path p = {NULL, NULL};
	struct walk w;
	int r = walk_start(&w, ctx, fs, at, name, walk_flags_of(how));

	if (r == 0 && (how->flags & LX_O_CREAT) && !(how->flags & LX_O_PATH) && !tmpfile)
		r = open_create(&w, fs, how, ret);
	else if (r == 0) {
		r = walk_finish(&w, &p);
		if (r == 0 && tmpfile)
			r = open_tmpfile(ctx, fs, &p, how, ret);
		else if (r == 0)
			r = open_place(ctx, &p, how->flags, MADE_BEFORE, ret);
	}
	walk_fini(&w);
	return r;
}

static int open_exec_place(struct ctx *ctx, const struct path *p, struct file **ret)
{
	AUTO(file_put) struct file *f = NULL;
	struct inode *i = path_inode(p);
	int r;

	if (inode_type(i) == LX_S_IFLNK)
		return -ELOOP;
	if (inode_type(i) != LX_S_IFREG || (mount_flags(p->mnt) & LX_MS_NOEXEC))
		return -EACCES;
	r = inode_permission(ctx, i, VFS_MAY_EXEC);
	if (r == 0)
		r = open_file(ctx, p, LX_O_RDONLY | LX_O_LARGEFILE, &f);
	if (r == 0)
		r = inode_deny_writers(i);
	if (r < 0)
		return r;
	f->denies_writers = true;
	*ret = TAKE(f);
	return 0;
}

int vfs_open_exec(struct ctx *ctx, struct fs_info *fs, const struct path *at, const char *name,
		  unsigned walk_flags, struct file **ret)
{
	AUTO(path_put) struct path p = {NULL, NULL};
	int r = vfs_walk(ctx, fs, at, name, walk_flags, &p);

	return r < 0 ? r : open_exec_place(ctx, &p, ret);
}
