/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a directory. Positions: 0 and 1 are "." and "..", then the entries of the table, then
 * FIRST_NUMBER + n for the entry with number n; so what comes and goes does not move what stays.
 * INODE_DIR is held.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sentry/proc/proc_priv.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file.h"

#define FIRST_ENTRY  2
#define FIRST_NUMBER 256

static uint8_t d_type(const struct proc_entry *e)
{
	return (uint8_t)((e->mode & LX_S_IFMT) >> 12);
}

static uint64_t parent_ino(struct file *f)
{
	AUTO(dentry_put)
	struct dentry *parent = f->path.dentry ? dentry_parent(f->path.dentry) : NULL;
	struct inode *i = parent ? dentry_inode(parent) : NULL;

	return i ? i->ino : f->inode->ino;
}

static bool emit(struct file *f, struct dir_sink *sink, const struct proc_entry *e,
		 const char *name, int64_t *pos)
{
	size_t len = strlen(name);

	if (!sink->emit(sink, name, len, proc_child_ino(f->inode->ino, name, len), d_type(e),
			*pos + 1))
		return false;
	(*pos)++;
	return true;
}

static bool emit_table(struct file *f, struct dir_sink *sink, const struct proc_dir *d,
		       int64_t *pos)
{
	if (*pos == 0) {
		if (!sink->emit(sink, ".", 1, f->inode->ino, LX_DT_DIR, 1))
			return false;
		*pos = 1;
	}
	if (*pos == 1) {
		if (!sink->emit(sink, "..", 2, parent_ino(f), LX_DT_DIR, 2))
			return false;
		*pos = FIRST_ENTRY;
	}
	while (*pos - FIRST_ENTRY < (int64_t)d->n) {
		const struct proc_entry *e = &d->entries[*pos - FIRST_ENTRY];

		if (!emit(f, sink, e, e->name, pos))
			return false;
	}
	return true;
}

static void emit_numbers(struct file *f, struct dir_sink *sink, const struct proc_at *at,
			 const struct proc_numbers *numbers, int64_t *pos)
{
	uint64_t nr;

	*pos = MAX(*pos, (int64_t)FIRST_NUMBER);
	while (*pos - FIRST_NUMBER <= INT32_MAX &&
	       numbers->next(at, (uint64_t)(*pos - FIRST_NUMBER), &nr)) {
		char name[32];

		snprintf(name, sizeof(name), "%s%llu", numbers->prefix, (unsigned long long)nr);
		*pos = FIRST_NUMBER + (int64_t)nr;
		if (!emit(f, sink, numbers->entry, name, pos))
			return;
	}
}

static int dir_iterate(struct ctx *ctx, struct file *f, struct dir_sink *sink, int64_t *pos)
{
	const struct proc_dir *d = proc_node_of(f->inode)->entry->dir;
	AUTO(proc_at_fini) struct proc_at at;

	if (proc_at_init(&at, ctx, f->inode) < 0)
		return -ENOENT;
	if (emit_table(f, sink, d, pos) && d->numbers)
		emit_numbers(f, sink, &at, d->numbers, pos);
	return 0;
}

static int64_t dir_seek(struct ctx *ctx, struct file *f, int64_t off, int whence)
{
	if (whence == LX_SEEK_END)
		return -EINVAL;
	return file_seek_generic(ctx, f, off, whence, 0);
}

static const struct file_ops dir_file_ops = {
	.iterate = dir_iterate,
	.seek = dir_seek,
};

int proc_dir_open(struct file *f)
{
	f->ops = &dir_file_ops;
	return 0;
}
