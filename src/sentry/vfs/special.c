/* SPDX-License-Identifier: Apache-2.0 */
/* What rooms above the vfs registered: types of filesystems, and how FIFOs and character devices
 * open. */
#include "sentry/vfs/special.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/lock.h"
#include "base/strbuf.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/vfs/fstype.h"

vfs_open_fn vfs_fifo_open;

enum { CHRDEVS_MAX = 64 };

struct chrdev {
	uint32_t major, lo, hi; /* minors lo..hi */
	vfs_open_fn fn;
};

/* Entries are only added; the count is raised after an entry is complete. */
static struct chrdev chrdevs[CHRDEVS_MAX];
static _Atomic size_t nchrdevs;
static struct fs_type *_Atomic fs_types; /* newest first */
static struct lock register_lock = LOCK_INIT(RANK_LEAF, "vfs registry");

int vfs_chrdev_register(uint32_t major, uint32_t minor_lo, uint32_t minor_hi, vfs_open_fn fn)
{
	size_t n;

	GUARD(&register_lock);
	n = nchrdevs;
	for (size_t i = 0; i < n; i++) {
		struct chrdev *c = &chrdevs[i];

		if (c->major == major && c->lo <= minor_hi && minor_lo <= c->hi)
			return -EBUSY;
	}
	if (n == CHRDEVS_MAX)
		return -ENOSPC;
	chrdevs[n] = (struct chrdev){major, minor_lo, minor_hi, fn};
	nchrdevs = n + 1;
	return 0;
}

vfs_open_fn vfs_chrdev_find(uint64_t rdev)
{
	uint32_t major = dev_major(rdev), minor = dev_minor(rdev);
	size_t n = nchrdevs;

	for (size_t i = 0; i < n; i++) {
		if (chrdevs[i].major == major && chrdevs[i].lo <= minor && minor <= chrdevs[i].hi)
			return chrdevs[i].fn;
	}
	return NULL;
}

void vfs_fs_register(struct fs_type *type)
{
	GUARD(&register_lock);
	type->next = fs_types;
	fs_types = type;
}

const struct fs_type *vfs_fs_find(const char *name)
{
	const struct fs_type *t = fs_types;

	while (t && strcmp(t->name, name) != 0)
		t = t->next;
	return t;
}

void vfs_fs_show(struct strbuf *sb)
{
	for (const struct fs_type *t = fs_types; t; t = t->next)
		strbuf_addf(sb, "%s\t%s\n", t->nodev ? "nodev" : "", t->name);
}

int fs_option_number(const char *s, size_t len, unsigned base, uint32_t *ret)
{
	uint64_t v = 0;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] >= (char)('0' + base))
			return -EINVAL;
		v = v * base + (uint64_t)(s[i] - '0');
		if (v > UINT32_MAX)
			return -EINVAL;
	}
	*ret = (uint32_t)v;
	return 0;
}
