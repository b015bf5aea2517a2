/* SPDX-License-Identifier: Apache-2.0 */
/* The one directory: ptmx, and the numbers of terminals. Names come and go with their terminals,
 * so the vfs asks each time. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/dirent.h"
#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/devpts/devpts_priv.h"
#include "sentry/vfs/file.h"

#define ROOT_INO 1u

/* Positions of readdir: ".", "..", ptmx, and number + 3. */
#define POS_PTMX  2
#define POS_SLAVE 3

static SLAB_DEFINE(root_slab, struct inode);

/* A number as readdir shows it: no sign, no leading zero. */
static bool parse_index(const struct name *name, uint32_t *ret)
{
	uint32_t n = 0;

	if (name->len > 7 || (name->s[0] == '0' && name->len > 1))
		return false;
	for (size_t i = 0; i < name->len; i++) {
		if (name->s[i] < '0' || name->s[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(name->s[i] - '0');
	}
	*ret = n;
	return true;
}

/* Borrowed; NULL: not there. */
static struct inode *find(struct devpts *fs, const struct name *name) REQUIRES(fs->lock);
static struct inode *find(struct devpts *fs, const struct name *name)
{
	struct devpts_slot *s;
	uint32_t index;

	if (name->len == 4 && memcmp(name->s, "ptmx", 4) == 0)
		return fs->ptmx;
	if (!parse_index(name, &index))
		return NULL;
	list_for_each_entry(s, &fs->slots, link)
		if (s->index == index)
			return s->inode;
	return NULL;
}

static int root_lookup(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
		       struct inode **ret)
{
	struct devpts *fs = devpts_of(dir->sb);
	struct inode *i;

	GUARD(&fs->lock);
	LOCK_ASSERT_HELD(&fs->lock);
	i = find(fs, name);
	if (!i)
		return -ENOENT;
	*ret = inode_get(i);
	return 0;
}

static int root_revalidate(struct ctx *ctx UNUSED, struct inode *dir, const struct name *name,
			   struct inode *inode)
{
	struct devpts *fs = devpts_of(dir->sb);

	GUARD(&fs->lock);
	LOCK_ASSERT_HELD(&fs->lock);
	return find(fs, name) == inode;
}

/* Nobody makes names here but ptmx. As Linux says it. */
static int root_create(struct ctx *ctx UNUSED, struct inode *dir UNUSED,
		       const struct name *name UNUSED, uint32_t mode UNUSED,
		       struct inode **ret UNUSED)
{
	return -EACCES;
}

static int root_mkdir(struct ctx *ctx UNUSED, struct inode *dir UNUSED,
		      const struct name *name UNUSED, uint32_t mode UNUSED,
		      struct inode **ret UNUSED)
{
	return -EPERM;
}

/* The next slave that has a name, from `index` on. */
static bool next_slave(struct devpts *fs, uint32_t index, uint32_t *ret, uint64_t *ret_ino)
{
	struct devpts_slot *s;

	GUARD(&fs->lock);
	list_for_each_entry(s, &fs->slots, link) {
		if (s->index >= index && s->inode) {
			*ret = s->index;
			*ret_ino = s->inode->ino;
			return true;
		}
	}
	return false;
}

static int root_iterate(struct ctx *ctx UNUSED, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	struct devpts *fs = devpts_of(f->inode->sb);
	char name[16];
	uint32_t index;
	uint64_t ino;

	for (; *pos < POS_PTMX; ++*pos)
		if (!sink->emit(sink, "..", (size_t)*pos + 1, ROOT_INO, LX_DT_DIR, *pos + 1))
			return 0;
	if (*pos == POS_PTMX) {
		if (!sink->emit(sink, "ptmx", 4, 2, LX_DT_CHR, POS_SLAVE))
			return 0;
		*pos = POS_SLAVE;
	}
	while (*pos < (int64_t)DEVPTS_MAX + POS_SLAVE &&
	       next_slave(fs, (uint32_t)(*pos - POS_SLAVE), &index, &ino)) {
		int n = snprintf(name, sizeof(name), "%u", index);
		int64_t next = (int64_t)index + POS_SLAVE + 1;

		check(n > 0 && (size_t)n < sizeof(name));
		if (!sink->emit(sink, name, (size_t)n, ino, LX_DT_CHR, next))
			break;
		*pos = next;
	}
	return 0;
}

static int64_t root_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	return file_seek_generic(ctx, f, off, whence, 0);
}

static const struct file_ops root_file_ops = {.iterate = root_iterate, .seek = root_seek};

static int root_open(struct ctx *ctx UNUSED, struct inode *i UNUSED, struct file *f)
{
	f->ops = &root_file_ops;
	return 0;
}

static void root_release(struct inode *i)
{
	slab_free(&root_slab, i);
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
	.revalidate = root_revalidate,
	.create = root_create,
	.mkdir = root_mkdir,
	.open = root_open,
	.release = root_release,
};

int devpts_root_new(struct superblock *sb, struct inode **ret)
{
	struct inode *i = slab_alloc(&root_slab);

	if (!i)
		return -ENOMEM;
	inode_init(i, sb, &root_ops, ROOT_INO, LX_S_IFDIR | 0755, NULL);
	i->nlink = 2;
	*ret = i;
	return 0;
}
