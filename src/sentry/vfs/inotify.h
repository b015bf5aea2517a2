/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who watches names: marks on inodes, and the events that the vfs tells them. fs/inotify makes the
 * marks and turns events into what is read from its descriptors. While there is no mark anywhere,
 * an event costs one load.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/list.h"

struct inode;
struct inotify_mark;
struct name;
struct path;

/*
 * One watch of one inode, embedded by its owner. event is called with the inode's mark lock held
 * (rank INOTIFY): it may take FILE and below, may not block, nor add or remove marks. name is NULL
 * for the inode itself, else a name in it.
 */
struct inotify_mark {
	struct list link;    /* [INOTIFY] */
	struct inode *inode; /* [I] owned while added */
	uint32_t mask;       /* [INOTIFY] LX_IN_ bits wanted */
	void (*event)(struct inotify_mark *m, uint32_t mask, uint32_t cookie, const char *name,
		      size_t len);
	/*
	 * The vfs has taken the mark off its inode, for good: the inode was deleted, or event has
	 * set `over`. Only INODE_DIR and the like may be held. The owner puts m->inode. NULL: the
	 * mark stays.
	 */
	void (*ended)(struct inotify_mark *m);
	bool over;                      /* [INOTIFY] */
	struct inotify_mark *next_over; /* inotify.c only */
};

/* With the events of a directory: the child that it happened to has no name there any more. */
#define INOTIFY_UNLINKED 0x00100000u

/* Takes a reference to the inode. -ENOMEM. */
MUST_CHECK int inotify_mark_add(struct inotify_mark *m, struct inode *inode);
/* After return event does not run. */
void inotify_mark_del(struct inotify_mark *m);
/* The same for a mark with an `ended`, but the inode stays the owner's to put. False: the vfs was
 * faster, and ended runs or has run. */
bool inotify_mark_detach(struct inotify_mark *m);
void inotify_mark_set_mask(struct inotify_mark *m, uint32_t mask);
/* Call fn for the marks of an inode until it is true; what it was true for, or NULL. For "is it
 * watched already?". */
struct inotify_mark *inotify_mark_find(struct inode *inode,
				       bool (*fn)(struct inotify_mark *m, void *arg), void *arg);

/* Something happened to a file: tell who watches it and who watches its directory. */
void inotify_path(const struct path *p, uint32_t mask);
/* A name in a directory came or went. what (may be NULL) is it a name of: IN_ISDIR is added for
 * directories. */
void inotify_entry(struct inode *dir, const struct name *name, struct inode *what, uint32_t mask,
		   uint32_t cookie);
/* To those who watch the inode itself. */
void inotify_self(struct inode *inode, uint32_t mask);
/* The inode has lost its last name and nobody has it by that name any more: IN_DELETE_SELF, and its
 * marks end. */
void inotify_deleted(struct inode *inode);
/* Pairs IN_MOVED_FROM with IN_MOVED_TO; never 0. */
uint32_t inotify_cookie(void);
/* The inode dies; inode.c only. */
void inotify_marks_drop(struct inode *inode);
