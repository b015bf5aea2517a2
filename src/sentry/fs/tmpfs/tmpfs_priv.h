/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of tmpfs: nodes, directories, data. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/tree.h"
#include "sentry/fs/tmpfs/tmpfs.h"
#include "sentry/mm/mappable.h"
#include "sentry/vfs/inode.h"

struct hostfd;
struct uio;

/* Key: [I]; [a] */
struct tmpfs {
	struct tmpfs_options options; /* [I] but size and nr_inodes, which remount changes */
	_Atomic uint64_t pages_used, pages_max; /* [a] */
	_Atomic uint64_t nodes_used, nodes_max; /* [a] */
	_Atomic uint64_t next_ino;              /* [a] */
};

struct tmpfs_entry {
	struct htab_node by_name;
	struct tree_node by_cookie;
	uint64_t cookie;     /* 2 and up; 0 and 1 are "." and ".." */
	struct inode *inode; /* owned */
	uint16_t len;
	char name[];
};

/* Pages of a file: a radix tree of 64 slots a level; level 0 slots are pages. All under INODE of
 * the file. */
struct tmpfs_pages {
	void **root;
	unsigned levels; /* 0: empty */
};

struct tmpfs_xattr {
	struct list link;
	size_t size;
	void *value; /* arena */
	char name[];
};

struct tmpfs_map; /* the mappable, made on first need */

/* Key: [d] INODE_DIR; [i] INODE; [I] */
struct tmpfs_node {
	struct inode inode;
	/* directory */
	struct htab by_name;   /* [d] struct tmpfs_entry */
	struct tree by_cookie; /* [d] struct tmpfs_entry */
	uint64_t next_cookie;  /* [d] */
	/* regular file */
	struct tmpfs_pages pages; /* [i] empty once memory is set */
	uint64_t npages;          /* [i] charged to the filesystem */
	struct hostfd *memory;    /* [i] the memfd; NULL: never mapped */
	struct mappable mappable; /* [i] its ref holds one reference to inode while above zero */
	bool mapped;              /* [i] mappable.ref was ever set */
	unsigned seals;           /* [i] memfd: LX_F_SEAL_ */
	uint64_t shared_writable; /* [i] mappings that may write: F_SEAL_WRITE is refused meanwhile */
	/* symlink */
	char *target;                  /* [I] arena */
	struct list xattrs;            /* [i] struct tmpfs_xattr */
	struct tmpfs_node *dying_next; /* only of the thread that releases it: node.c */
};

static inline struct tmpfs_node *node_of(struct inode *i)
{
	return container_of(i, struct tmpfs_node, inode);
}

static inline struct tmpfs *tmpfs_of(struct inode *i)
{
	return i->sb->priv;
}

extern const struct inode_ops tmpfs_dir_ops;
extern const struct inode_ops tmpfs_file_inode_ops;
extern const struct inode_ops tmpfs_other_ops;
extern const struct mappable_ops tmpfs_mappable_ops;

/* super.c */
MUST_CHECK int tmpfs_charge(struct tmpfs *fs, uint64_t npages); /* -ENOSPC */
void tmpfs_uncharge(struct tmpfs *fs, uint64_t npages);

/* node.c */
MUST_CHECK int tmpfs_node_new(struct superblock *sb, struct ctx *ctx, uint32_t mode,
			      struct inode **ret);
void tmpfs_release(struct inode *i);

/* dir.c; INODE_DIR is held */
struct tmpfs_entry *tmpfs_find(struct tmpfs_node *dir, const char *name, size_t len);
MUST_CHECK int tmpfs_insert(struct tmpfs_node *dir, const char *name, size_t len,
			    struct inode *inode); /* takes a reference */
void tmpfs_entries_fini(struct tmpfs_node *dir);

/* pages.c */
#define TMPFS_MAX_SIZE INT64_MAX
char *tmpfs_page_find(const struct tmpfs_pages *t, uint64_t index); /* NULL: a hole */
MUST_CHECK int tmpfs_page_get(struct tmpfs_node *n, uint64_t index,
			      char **ret); /* made if need be; -ENOSPC, -ENOMEM */
/* Forget pages [lo, hi); returns how many there were. */
uint64_t tmpfs_pages_drop(struct tmpfs_node *n, uint64_t lo, uint64_t hi);
/* The first index >= from that has (want) or lacks (!want) a page, or limit. */
uint64_t tmpfs_pages_next(const struct tmpfs_pages *t, uint64_t from, uint64_t limit, bool want);

/* data.c; INODE is held */
MUST_CHECK ssize_t tmpfs_data_read(struct tmpfs_node *n, struct uio *dst, uint64_t pos);
MUST_CHECK ssize_t tmpfs_data_write(struct tmpfs_node *n, struct uio *src, uint64_t pos);
MUST_CHECK int tmpfs_data_resize(struct tmpfs_node *n, uint64_t size);
MUST_CHECK int tmpfs_data_punch(struct tmpfs_node *n, uint64_t lo, uint64_t hi);
MUST_CHECK int tmpfs_data_reserve(struct tmpfs_node *n, uint64_t lo, uint64_t hi);
int64_t tmpfs_data_seek(struct tmpfs_node *n, uint64_t from, bool data);
/* Move the data into a memfd if it is not there yet. */
MUST_CHECK int tmpfs_data_to_memory(struct tmpfs_node *n);
uint64_t tmpfs_data_pages(struct tmpfs_node *n);

/* file.c, readdir.c */
int tmpfs_file_open(struct ctx *ctx, struct inode *i, struct file *f);
int tmpfs_dir_open(struct ctx *ctx, struct inode *i, struct file *f);

/* memfd.c */
/* F_ADD_SEALS, F_GET_SEALS. */
long tmpfs_fcntl(struct ctx *ctx, struct file *f, int cmd, uint64_t arg);
extern const struct file_ops tmpfs_file_ops;

/* xattr.c */
ssize_t tmpfs_getxattr(struct ctx *ctx, struct inode *i, const char *name, void *buf, size_t size);
int tmpfs_setxattr(struct ctx *ctx, struct inode *i, const char *name, const void *buf, size_t size,
		   int flags);
ssize_t tmpfs_listxattr(struct ctx *ctx, struct inode *i, char *buf, size_t size);
int tmpfs_removexattr(struct ctx *ctx, struct inode *i, const char *name);
void tmpfs_xattrs_fini(struct tmpfs_node *n);
