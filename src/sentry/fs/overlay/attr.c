/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes: the lower's while nothing was changed, then ours; size, blocks and times of a file
 * with data of its own are the store's, which every write keeps up to date.
 */
#include <errno.h>

#include "sentry/fs/overlay/overlay_priv.h"

static int own_stat(struct ctx *ctx, struct ovl_inode *o, struct kstat *ret)
{
	struct inode *data = ovl_data(o);
	struct kstat st;
	int r;

	inode_fill_stat(&o->inode, ret);
	if (!data || inode_type(&o->inode) != LX_S_IFREG)
		return 0;
	r = inode_getattr(ctx, data, &st);
	if (r < 0)
		return r;
	ret->size = st.size;
	ret->blocks = st.blocks;
	ret->blksize = st.blksize;
	ret->atime = st.atime;
	ret->mtime = st.mtime;
	ret->ctime = MAX(ret->ctime, st.ctime);
	return 0;
}

int ovl_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret)
{
	struct ovl_inode *o = ovl_of(i);
	int r = atomic_load(&o->changed) ? own_stat(ctx, o, ret)
					 : inode_getattr(ctx, o->lower, ret);

	ret->dev = i->sb->dev;
	ret->ino = i->ino;
	return r;
}

/* Size and times of a file with data go to the store; a size needs data. */
static int set_on_data(struct ctx *ctx, struct ovl_inode *o, const struct iattr *attr)
{
	struct iattr part = *attr;
	struct inode *data;
	int r;

	if (attr->valid & IATTR_SIZE) {
		r = ovl_copy_up(ctx, o, attr->size);
		if (r < 0)
			return r;
	}
	data = ovl_data(o);
	part.valid &= (unsigned)IATTR_SIZE | IATTR_ATIME | IATTR_MTIME;
	if (!data || part.valid == 0)
		return 0;
	return data->ops->setattr(ctx, data, &part);
}

int ovl_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	struct ovl_inode *o = ovl_of(i);
	struct iattr own = *attr;
	int r;

	if ((attr->valid & IATTR_SIZE) && inode_type(i) != LX_S_IFREG)
		return inode_type(i) == LX_S_IFDIR ? -EISDIR : -EINVAL;
	r = ovl_change(ctx, o);
	if (r == 0)
		r = set_on_data(ctx, o, attr);
	if (r < 0)
		return r;
	own.valid &= ~(unsigned)IATTR_SIZE;
	inode_apply_attr(i, &own);
	return 0;
}

/* Where extended attributes are read now. */
static struct inode *xattr_home(struct ovl_inode *o)
{
	struct inode *data = ovl_data(o);

	return data ? data : o->lower;
}

ssize_t ovl_getxattr(struct ctx *ctx, struct inode *i, const char *name, void *buf, size_t size)
{
	struct inode *home = xattr_home(ovl_of(i));

	if (!home)
		return -ENODATA;
	return home->ops->getxattr ? home->ops->getxattr(ctx, home, name, buf, size) : -EOPNOTSUPP;
}

ssize_t ovl_listxattr(struct ctx *ctx, struct inode *i, char *buf, size_t size)
{
	struct inode *home = xattr_home(ovl_of(i));
	ssize_t n;

	if (!home || !home->ops->listxattr)
		return 0;
	n = home->ops->listxattr(ctx, home, buf, size);
	return n == -EOPNOTSUPP ? 0 : n;
}

int ovl_setxattr(struct ctx *ctx, struct inode *i, const char *name, const void *buf, size_t size,
		 int flags)
{
	struct ovl_inode *o = ovl_of(i);
	int r = ovl_copy_up(ctx, o, OVL_COPY_ALL);
	struct inode *data;

	if (r < 0)
		return r;
	data = ovl_data(o);
	r = data->ops->setxattr ? data->ops->setxattr(ctx, data, name, buf, size, flags)
				: -EOPNOTSUPP;
	if (r == 0)
		inode_touch_ctime(i);
	return r;
}

int ovl_removexattr(struct ctx *ctx, struct inode *i, const char *name)
{
	struct ovl_inode *o = ovl_of(i);
	int r = ovl_copy_up(ctx, o, OVL_COPY_ALL);
	struct inode *data;

	if (r < 0)
		return r;
	data = ovl_data(o);
	r = data->ops->removexattr ? data->ops->removexattr(ctx, data, name) : -EOPNOTSUPP;
	if (r == 0)
		inode_touch_ctime(i);
	return r;
}
