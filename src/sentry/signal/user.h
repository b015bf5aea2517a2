/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one real user id has outstanding in the sandbox: threads (RLIMIT_NPROC) and queued signals
 * (RLIMIT_SIGPENDING). One struct user per uid in use, found in a table of the kernel, gone with
 * its last holder. Counters are atomic.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/lock.h"
#include "base/ref.h"
#include "base/tree.h"

/* Key: [l] lock */
struct user_table {
	struct lock lock;  /* RANK_LEAF */
	struct tree users; /* [l] by uid */
};

/* Key: [I] immutable; [a] atomic; [l] table->lock */
struct user {
	struct ref ref;
	struct user_table *home;    /* [I] */
	struct user_table *table;   /* [l] home while the node is in it, else NULL */
	struct tree_node node;      /* [l] */
	uint32_t uid;               /* [I] */
	_Atomic uint64_t nproc;     /* [a] threads */
	_Atomic uint64_t nsigqueue; /* [a] queued signals that were charged to it */
};

void user_table_init(struct user_table *t);
/* No user is left. */
void user_table_fini(struct user_table *t);

/* The user of a uid, made if need be. Caller owns; NULL: out of memory. */
struct user *user_find(struct user_table *t, uint32_t uid);
struct user *user_get(struct user *u);
void user_put(struct user *u);
DEFINE_AUTO(struct user *, user_put)
