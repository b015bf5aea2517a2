/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes: making them, their attributes, and giving back what they hold. */
#include <errno.h>

#include "abi/fcntl.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/core/hostfd.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"

static SLAB_DEFINE(node_slab, struct tmpfs_node);

static const struct inode_ops *ops_for(uint32_t mode)
{
	switch (mode & LX_S_IFMT) {
	case LX_S_IFDIR:
		return &tmpfs_dir_ops;
	case LX_S_IFREG:
		return &tmpfs_file_inode_ops;
	default:
		return &tmpfs_other_ops;
	}
}

static int charge_node(struct tmpfs *fs)
{
	uint64_t max = fs->nodes_max;

	if (atomic_fetch_add(&fs->nodes_used, 1) >= max && max != 0) {
		atomic_fetch_sub(&fs->nodes_used, 1);
		return -ENOSPC;
	}
	return 0;
}

int tmpfs_node_new(struct superblock *sb, struct ctx *ctx, uint32_t mode, struct inode **ret)
{
	struct tmpfs *fs = sb->priv;
	struct tmpfs_node *n;
	int r = charge_node(fs);

	if (r < 0)
		return r;
	n = slab_alloc(&node_slab);
	if (!n) {
		atomic_fetch_sub(&fs->nodes_used, 1);
		return -ENOMEM;
	}
	inode_init(&n->inode, sb, ops_for(mode), atomic_fetch_add(&fs->next_ino, 1), mode, ctx);
	list_init(&n->xattrs);
	n->mappable.ops = &tmpfs_mappable_ops;
	if ((mode & LX_S_IFMT) == LX_S_IFDIR) {
		htab_init(&n->by_name, NULL);
		tree_init(&n->by_cookie);
		n->next_cookie = 2;
		n->inode.nlink = 2;
	}
	n->seals = LX_F_SEAL_SEAL; /* only a memfd may be sealed */
	*ret = &n->inode;
	return 0;
}

int tmpfs_new_anon_file(struct superblock *sb, struct ctx *ctx, uint32_t mode, struct inode **ret)
{
	int r = tmpfs_node_new(sb, ctx, LX_S_IFREG | (mode & 07777u), ret);

	if (r == 0)
		(*ret)->nlink = 0;
	return r;
}

static void node_free(struct tmpfs_node *n)
{
	struct inode *i = &n->inode;
	struct tmpfs *fs = tmpfs_of(i);

	if (inode_type(i) == LX_S_IFDIR)
		tmpfs_entries_fini(n);
	tmpfs_pages_drop(n, 0, UINT64_MAX);
	hostfd_put(n->memory);
	tmpfs_xattrs_fini(n);
	arena_free(n->target);
	atomic_fetch_sub(&fs->nodes_used, 1);
	slab_free(&node_slab, n);
}

/*
 * A directory that goes takes its entries along, and the guest decides how deep they nest: the
 * release of an inode within the release of another only queues it, so that no depth is too deep
 * for our stack. The outermost inode still holds the superblock.
 */
void tmpfs_release(struct inode *i)
{
	static _Thread_local struct tmpfs_node *dying; /* the last one queued */
	static _Thread_local bool releasing;
	struct tmpfs_node *n = node_of(i);

	n->dying_next = dying;
	dying = n;
	if (releasing)
		return;
	releasing = true;
	while (dying) {
		n = dying;
		dying = n->dying_next;
		node_free(n);
	}
	releasing = false;
}

static int tmpfs_getattr(struct ctx *ctx, struct inode *i, struct kstat *ret)
{
	(void)ctx;
	inode_fill_stat(i, ret);
	ret->blksize = 4096;
	if (inode_type(i) == LX_S_IFREG) {
		GUARD(&i->lock);
		ret->blocks = tmpfs_data_pages(node_of(i)) * 8;
	}
	return 0;
}

static int resize(struct inode *i, uint64_t size)
{
	struct tmpfs_node *n = node_of(i);
	int r;

	GUARD(&i->lock);
	if ((n->seals & LX_F_SEAL_SHRINK && size < i->size) ||
	    (n->seals & LX_F_SEAL_GROW && size > i->size))
		return -EPERM;
	r = tmpfs_data_resize(n, size);
	if (r == 0)
		inode_touch_mtime(i);
	return r;
}

static int tmpfs_setattr(struct ctx *ctx, struct inode *i, const struct iattr *attr)
{
	struct iattr rest = *attr;
	int r;

	(void)ctx;
	if (attr->valid & IATTR_SIZE) {
		if (inode_type(i) != LX_S_IFREG)
			return inode_type(i) == LX_S_IFDIR ? -EISDIR : -EINVAL;
		r = resize(i, attr->size);
		if (r < 0)
			return r;
	}
	if ((attr->valid & IATTR_MODE) && (node_of(i)->seals & LX_F_SEAL_EXEC) &&
	    ((attr->mode ^ i->mode) & 0111))
		return -EPERM;
	rest.valid &= ~(unsigned)IATTR_SIZE;
	inode_apply_attr(i, &rest);
	return 0;
}

static int tmpfs_readlink(struct ctx *ctx, struct inode *i, struct strbuf *sb)
{
	(void)ctx;
	if (inode_type(i) != LX_S_IFLNK)
		return -EINVAL;
	strbuf_adds(sb, node_of(i)->target);
	return strbuf_result(sb);
}

const struct inode_ops tmpfs_file_inode_ops = {
	.getattr = tmpfs_getattr,
	.setattr = tmpfs_setattr,
	.open = tmpfs_file_open,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
	.release = tmpfs_release,
};

/* Symlinks, device nodes, FIFOs, sockets: what opens them is the vfs's business. */
const struct inode_ops tmpfs_other_ops = {
	.readlink = tmpfs_readlink,
	.getattr = tmpfs_getattr,
	.setattr = tmpfs_setattr,
	.getxattr = tmpfs_getxattr,
	.setxattr = tmpfs_setxattr,
	.listxattr = tmpfs_listxattr,
	.removexattr = tmpfs_removexattr,
	.release = tmpfs_release,
};
