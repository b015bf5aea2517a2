/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memfd_create(2): files of a tmpfs that is mounted nowhere, and the seals that forbid to change
 * them, fcntl(2). A seal is set for ever. Who may still write is known by the mappings that were
 * lent the memory for writing; F_SEAL_WRITE waits for none of them, it refuses.
 */
#include <errno.h>
#include <stdio.h>

#include "abi/fcntl.h"
#include "sentry/core/ctx.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"
#include "sentry/vfs/file.h"

#define SEALS_ALL                                                                                  \
	(LX_F_SEAL_SEAL | LX_F_SEAL_SHRINK | LX_F_SEAL_GROW | LX_F_SEAL_WRITE |                    \
	 LX_F_SEAL_FUTURE_WRITE | LX_F_SEAL_EXEC)
#define SEALS_DATA (LX_F_SEAL_SHRINK | LX_F_SEAL_GROW | LX_F_SEAL_WRITE | LX_F_SEAL_FUTURE_WRITE)

/* ---- seals ---- */

static long add_seals(struct file *f, uint64_t arg)
{
	struct tmpfs_node *n = node_of(f->inode);
	unsigned seals = (unsigned)arg;

	if (!file_writable(f))
		return -EPERM;
	if (arg & ~(uint64_t)SEALS_ALL)
		return -EINVAL;
	GUARD(&n->inode.lock);
	if (n->seals & LX_F_SEAL_SEAL)
		return -EPERM;
	if ((seals & LX_F_SEAL_WRITE) && !(n->seals & LX_F_SEAL_WRITE) && n->shared_writable > 0)
		return -EBUSY;
	if ((seals & LX_F_SEAL_EXEC) && (n->inode.mode & 0111))
		seals |= SEALS_DATA; /* what can be executed is not written any more */
	n->seals |= seals;
	return 0;
}

long tmpfs_fcntl(struct ctx *ctx, struct file *f, int cmd, uint64_t arg)
{
	struct tmpfs_node *n = node_of(f->inode);

	(void)ctx;
	if (cmd == LX_F_ADD_SEALS)
		return add_seals(f, arg);
	if (cmd != LX_F_GET_SEALS)
		return -EINVAL;
	GUARD(&n->inode.lock);
	return (long)n->seals;
}

/* ---- the files ---- */

static struct superblock *_Atomic memfd_sb; /* made on first use, for ever */

static struct superblock *need_superblock(void)
{
	const struct tmpfs_options o = TMPFS_OPTIONS_DEFAULT;
	struct superblock *sb = memfd_sb, *none = NULL;

	if (sb)
		return sb;
	if (tmpfs_new(&o, &sb) < 0)
		return NULL;
	if (!atomic_compare_exchange_strong(&memfd_sb, &none, sb)) {
		superblock_put(sb);
		sb = none;
	}
	return sb;
}

static int check_flags(unsigned flags)
{
	const unsigned known = LX_MFD_CLOEXEC | LX_MFD_ALLOW_SEALING | LX_MFD_HUGETLB |
			       LX_MFD_NOEXEC_SEAL | LX_MFD_EXEC;
	const unsigned sizes = (unsigned)LX_MFD_HUGE_MASK << LX_MFD_HUGE_SHIFT;

	if (flags & ~(known | (flags & LX_MFD_HUGETLB ? sizes : 0)))
		return -EINVAL;
	if ((flags & LX_MFD_EXEC) && (flags & LX_MFD_NOEXEC_SEAL))
		return -EINVAL;
	return flags & LX_MFD_HUGETLB ? -ENOSYS : 0; /* as a Linux without hugetlbfs */
}

/* Not shared yet. */
static void set_seals(struct tmpfs_node *n, unsigned flags)
{
	if (flags & LX_MFD_NOEXEC_SEAL)
		n->seals = LX_F_SEAL_EXEC;
	else if (flags & LX_MFD_ALLOW_SEALING)
		n->seals = 0;
}

int tmpfs_new_memfd(struct ctx *ctx, const char *name, unsigned flags, struct file **ret)
{
	char full[6 + LX_NAME_MAX + 1];
	AUTO(inode_put) struct inode *i = NULL;
	struct superblock *sb;
	int r = check_flags(flags);

	if (r < 0)
		return r;
	sb = need_superblock();
	if (!sb)
		return -ENOMEM;
	r = tmpfs_new_anon_file(sb, ctx, flags & LX_MFD_NOEXEC_SEAL ? 0666 : 0777, &i);
	if (r < 0)
		return r;
	set_seals(node_of(i), flags);
	(void)snprintf(full, sizeof(full), "memfd:%s", name);
	r = file_new_anon(full, i, &tmpfs_file_ops, FILE_SEEKABLE, LX_O_RDWR | LX_O_LARGEFILE, NULL,
			  ret);
	if (r == 0)
		i = NULL; /* the file has it */
	return r;
}
