/* SPDX-License-Identifier: Apache-2.0 */
/* The changed names of one directory: a hash of entries, each an inode or a whiteout. All under
 * INODE_DIR of the directory. */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "sentry/core/alloc.h"
#include "sentry/fs/overlay/overlay_priv.h"

uint64_t ovl_entry_hash(const char *name, size_t len)
{
	return hash_bytes(0x6f766c, name, len);
}

struct ovl_entry *ovl_entry_find(struct ovl_inode *dir, const char *name, size_t len, uint64_t hash)
{
	struct htab_node *node;

	if (!dir->has_entries)
		return NULL;
	htab_for_each_possible(&dir->entries, node, hash) {
		struct ovl_entry *e = htab_entry(node, struct ovl_entry, node);

		if (e->len == len && memcmp(e->name, name, len) == 0)
			return e;
	}
	return NULL;
}

static struct ovl_entry *entry_new(struct ovl_inode *dir, const struct name *name, uint64_t hash)
{
	struct ovl_entry *e = arena_alloc(sizeof(*e) + name->len);

	if (!e)
		return NULL;
	e->len = (uint16_t)name->len;
	memcpy(e->name, name->s, name->len);
	if (!dir->has_entries) {
		htab_init(&dir->entries, NULL);
		dir->has_entries = true;
	}
	htab_insert(&dir->entries, &e->node, hash);
	return e;
}

int ovl_entry_set(struct ovl_inode *dir, const struct name *name, struct inode *inode, bool hides)
{
	uint64_t hash = ovl_entry_hash(name->s, name->len);
	struct ovl_entry *e = ovl_entry_find(dir, name->s, name->len, hash);
	struct inode *old;

	if (!e)
		e = entry_new(dir, name, hash);
	if (!e)
		return -ENOMEM;
	old = e->inode;
	e->inode = inode ? inode_get(inode) : NULL;
	e->hides = hides;
	if (old)
		inode_put(old);
	return 0;
}

void ovl_entry_remove(struct ovl_inode *dir, const struct name *name)
{
	uint64_t hash = ovl_entry_hash(name->s, name->len);
	struct ovl_entry *e = ovl_entry_find(dir, name->s, name->len, hash);
	struct inode *old;

	if (!e)
		return;
	old = e->inode;
	e->inode = NULL;
	if (!e->hides) {
		htab_remove(&dir->entries, &e->node);
		arena_free(e);
	}
	if (old)
		inode_put(old);
}

void ovl_entries_fini(struct ovl_inode *dir)
{
	struct htab_node *node, *tmp;

	if (!dir->has_entries)
		return;
	htab_for_each_safe(&dir->entries, node, tmp) {
		struct ovl_entry *e = htab_entry(node, struct ovl_entry, node);

		htab_remove(&dir->entries, node);
		if (e->inode)
			inode_put(e->inode);
		arena_free(e);
	}
	htab_fini(&dir->entries);
	dir->has_entries = false;
}
