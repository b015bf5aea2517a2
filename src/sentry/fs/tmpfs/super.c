/* SPDX-License-Identifier: Apache-2.0 */
/* The filesystem as a whole: options, space, statfs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/page.h"
#include "abi/stat.h"
#include "base/checked.h"
#include "base/strbuf.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/tmpfs/tmpfs_priv.h"
#include "sentry/vfs/fstype.h"

static SLAB_DEFINE(tmpfs_slab, struct tmpfs);

int tmpfs_charge(struct tmpfs *fs, uint64_t npages)
{
	uint64_t max = fs->pages_max;

	if (atomic_fetch_add(&fs->pages_used, npages) + npages > max && max != 0) {
		atomic_fetch_sub(&fs->pages_used, npages);
		return -ENOSPC;
	}
	return 0;
}

void tmpfs_uncharge(struct tmpfs *fs, uint64_t npages)
{
	atomic_fetch_sub(&fs->pages_used, npages);
}

/* ---- options ---- */

/* A number with an optional k, m or g. */
static int parse_size(const char *s, size_t len, uint64_t *ret)
{
	static const char units[] = "kmg";
	uint64_t v = 0;
	size_t i = 0;

	for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
		if (!mul_ok(v, 10u, &v) || !add_ok(v, (uint64_t)(s[i] - '0'), &v))
			return -EINVAL;
	if (i == 0)
		return -EINVAL;
	if (i < len) {
		const char *u = strchr(units, s[i] | 0x20);

		if (!u || i + 1 != len || !mul_ok(v, 1ULL << (10 * (u - units + 1)), &v))
			return -EINVAL;
	}
	*ret = v;
	return 0;
}

static bool is_option(const char *s, size_t len, const char *name, const char **ret_value)
{
	size_t n = strlen(name);

	if (len <= n || memcmp(s, name, n) != 0 || s[n] != '=')
		return false;
	*ret_value = s + n + 1;
	return true;
}

static int parse_one(const char *s, size_t len, struct tmpfs_options *o)
{
	const char *v;
	int r;

	if (is_option(s, len, "size", &v))
		return parse_size(v, (size_t)(s + len - v), &o->size);
	if (is_option(s, len, "nr_blocks", &v)) {
		r = parse_size(v, (size_t)(s + len - v), &o->size);
		return r < 0 || mul_ok(o->size, LX_PAGE_SIZE + 0ULL, &o->size) ? r : -EINVAL;
	}
	if (is_option(s, len, "nr_inodes", &v))
		return parse_size(v, (size_t)(s + len - v), &o->nr_inodes);
	if (is_option(s, len, "mode", &v))
		return fs_option_number(v, (size_t)(s + len - v), 8, &o->mode);
	if (is_option(s, len, "uid", &v))
		return fs_option_number(v, (size_t)(s + len - v), 10, &o->uid);
	if (is_option(s, len, "gid", &v))
		return fs_option_number(v, (size_t)(s + len - v), 10, &o->gid);
	return -EINVAL;
}

int tmpfs_parse(const char *data, struct tmpfs_options *o)
{
	while (*data) {
		size_t len = strcspn(data, ",");
		int r = len > 0 ? parse_one(data, len, o) : 0;

		if (r < 0)
			return r;
		data += len + (data[len] == ',');
	}
	return 0;
}

/* ---- the superblock ---- */

static uint64_t pages_of(uint64_t bytes)
{
	return bytes / LX_PAGE_SIZE + (bytes % LX_PAGE_SIZE != 0);
}

static int tmpfs_statfs(struct superblock *sb, struct ctx *ctx, struct lx_statfs *ret)
{
	struct tmpfs *fs = sb->priv;

	(void)ctx;
	*ret = (struct lx_statfs){.f_type = (int64_t)sb->magic,
				  .f_bsize = LX_PAGE_SIZE,
				  .f_frsize = LX_PAGE_SIZE,
				  .f_namelen = 255};
	if (fs->pages_max != 0) {
		uint64_t used = MIN((uint64_t)fs->pages_used, (uint64_t)fs->pages_max);

		ret->f_blocks = fs->pages_max;
		ret->f_bfree = ret->f_bavail = fs->pages_max - used;
	}
	if (fs->nodes_max != 0) {
		ret->f_files = fs->nodes_max;
		ret->f_ffree =
			fs->nodes_max - MIN((uint64_t)fs->nodes_used, (uint64_t)fs->nodes_max);
	}
	return 0;
}

/* Limits may change, but not below what is in use. */
static int tmpfs_remount(struct superblock *sb, struct ctx *ctx, uint64_t ms_flags,
			 const char *data)
{
	struct tmpfs *fs = sb->priv;
	struct tmpfs_options o = fs->options;
	int r = data ? tmpfs_parse(data, &o) : 0;

	(void)ctx;
	(void)ms_flags;
	if (r < 0)
		return r;
	if ((o.size != 0 && pages_of(o.size) < fs->pages_used) ||
	    (o.nr_inodes != 0 && o.nr_inodes < fs->nodes_used))
		return -EINVAL;
	fs->pages_max = pages_of(o.size);
	fs->nodes_max = o.nr_inodes;
	fs->options.size = o.size; /* what the next remount starts from */
	fs->options.nr_inodes = o.nr_inodes;
	return 0;
}

static void tmpfs_show_options(struct superblock *sb, struct strbuf *out)
{
	struct tmpfs *fs = sb->priv;

	if (fs->pages_max != 0)
		strbuf_addf(out, ",size=%lluk",
			    (unsigned long long)fs->pages_max * (LX_PAGE_SIZE / 1024));
	if (fs->nodes_max != 0)
		strbuf_addf(out, ",nr_inodes=%llu", (unsigned long long)fs->nodes_max);
	if (fs->options.mode != 01777)
		strbuf_addf(out, ",mode=%o", fs->options.mode);
	if (fs->options.uid != 0)
		strbuf_addf(out, ",uid=%u", fs->options.uid);
	if (fs->options.gid != 0)
		strbuf_addf(out, ",gid=%u", fs->options.gid);
}

static void tmpfs_sb_release(struct superblock *sb)
{
	slab_free(&tmpfs_slab, sb->priv);
}

static const struct fs_ops tmpfs_fs_ops = {
	.name = "tmpfs",
	.statfs = tmpfs_statfs,
	.remount = tmpfs_remount,
	.show_options = tmpfs_show_options,
	.release = tmpfs_sb_release,
};

static const struct fs_ops devtmpfs_fs_ops = {
	.name = "devtmpfs",
	.statfs = tmpfs_statfs,
	.remount = tmpfs_remount,
	.show_options = tmpfs_show_options,
	.release = tmpfs_sb_release,
};

static struct tmpfs *fs_new(const struct tmpfs_options *o)
{
	struct tmpfs *fs = slab_alloc(&tmpfs_slab);

	if (!fs)
		return NULL;
	fs->options = *o;
	fs->pages_max = pages_of(o->size);
	fs->nodes_max = o->nr_inodes;
	fs->next_ino = 1;
	return fs;
}

int tmpfs_new(const struct tmpfs_options *o, struct superblock **ret)
{
	const struct fs_ops *ops = o->name && strcmp(o->name, "devtmpfs") == 0 ? &devtmpfs_fs_ops
									       : &tmpfs_fs_ops;
	struct tmpfs *fs = fs_new(o);
	struct superblock *sb = fs ? superblock_new(ops, LX_TMPFS_MAGIC, fs) : NULL;
	int r;

	if (!sb) {
		slab_free(&tmpfs_slab, fs);
		return -ENOMEM;
	}
	r = tmpfs_node_new(sb, NULL, LX_S_IFDIR | (o->mode & 07777), &sb->root);
	if (r < 0) {
		superblock_put(sb);
		return r;
	}
	sb->root->uid = o->uid;
	sb->root->gid = o->gid;
	*ret = sb;
	return 0;
}
