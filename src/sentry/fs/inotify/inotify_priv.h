/* SPDX-License-Identifier: Apache-2.0 */
/* Inside inotify: watch.c keeps the watches of a file, queue.c the events, inotify.c is the file,
 * account.c what a user may have. */
#pragma once

#include <stddef.h>

#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "base/tree.h"
#include "sentry/core/waitq.h"
#include "sentry/fs/inotify/inotify.h"
#include "sentry/vfs/inotify.h"

/* /proc/sys/fs/inotify */
#define INOTIFY_MAX_QUEUED    16384u
#define INOTIFY_MAX_INSTANCES 128u
#define INOTIFY_MAX_WATCHES   65536u

struct strbuf;

/* One event that waits to be read. */
struct in_event {
	struct list link; /* [q] */
	int32_t wd;
	uint32_t mask, cookie;
	size_t name_len; /* 0: no name */
	char name[];
};

/* What a user has. Key: [l] the accounts' lock */
struct in_account {
	struct list link;            /* [l] */
	uint32_t uid;                /* [I] */
	uint32_t instances, watches; /* [l] */
};

/* Key: [s] set_lock, [q] queue_lock, [I] */
struct inotify {
	struct ref ref;             /* the file's, and one per watch */
	struct in_account *account; /* [I] counts one instance */
	struct lock set_lock;       /* RANK_INOTIFY_SET */
	struct tree watches;        /* [s] struct in_watch.node by wd */
	int32_t last_wd;            /* [s] */
	struct lock queue_lock;     /* RANK_FILE */
	struct list events;         /* [q] struct in_event.link */
	uint32_t nevents;           /* [q] */
	uint64_t nbytes;            /* [q] as read(2) would give them */
	bool closed;                /* [q] nobody reads any more */
	struct waitq wq;            /* POLLIN */
	struct in_event overflow;   /* [q] in events at most once */
};

/*
 * A watch. References: one while it is in the tree, one while its mark is on the inode (whoever
 * takes it off drops that one). The mark's inode is put with the last.
 */
struct in_watch {
	struct inotify_mark mark; /* its mask: the events wanted */
	struct ref ref;
	struct inotify *in;     /* [I] owned */
	struct tree_node node;  /* [s] */
	bool in_tree;           /* [s] */
	int32_t wd;             /* [I] */
	_Atomic uint32_t flags; /* LX_IN_ONESHOT, LX_IN_EXCL_UNLINK */
};

void inotify_put(struct inotify *in);

/* ---- watch.c ---- */

/* Every watch goes, and tells nothing. */
void watches_end(struct inotify *in);
/* Lines for /proc/pid/fdinfo. */
void watches_show(struct inotify *in, struct strbuf *sb);

/* ---- queue.c ---- */

void queue_init(struct inotify *in);
void queue_fini(struct inotify *in);
/* Any lock above FILE may be held. Never fails: what finds no memory or no room becomes an
 * overflow. */
void queue_add(struct inotify *in, int32_t wd, uint32_t mask, uint32_t cookie, const char *name,
	       size_t len);
/* The bytes of one event as read(2) gives it. */
size_t event_size(const struct in_event *e);
/* The first event if it takes no more than max bytes: 1 (caller owns *ret, event_free), 0: none,
 * -EINVAL: too long. */
MUST_CHECK int queue_take(struct inotify *in, size_t max, struct in_event **ret);
void event_free(struct inotify *in, struct in_event *e);

/* ---- account.c ---- */

/* One more instance. -EMFILE, -ENOMEM. */
MUST_CHECK int account_instance(uint32_t uid, struct in_account **ret);
void account_instance_put(struct in_account *a);
/* One more watch. -ENOSPC. */
MUST_CHECK int account_watch(struct in_account *a);
void account_watch_put(struct in_account *a);
