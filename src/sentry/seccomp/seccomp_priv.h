/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the seccomp room. */
#pragma once

#include "base/list.h"
#include "base/lock.h"
#include "base/ref.h"
#include "sentry/core/waitq.h"
#include "sentry/seccomp/seccomp.h"

/* Numbers whose verdict is kept as a bit. */
#define SECCOMP_CACHED_CALLS 512
/* Instructions of all programs of a chain, as Linux counts them, and what each older program costs
 * besides. */
#define SECCOMP_PATH_MAX     32768
#define SECCOMP_PATH_PENALTY 4

/* ---- check.c ---- */

/* -EINVAL, -ENOMEM. *ret_cost: length of the program after Linux's translation, which is what
 * counts against SECCOMP_PATH_MAX. */
MUST_CHECK int seccomp_check(const struct lx_sock_filter *code, uint32_t n, uint32_t *ret_cost);

/* ---- machine.c: both run a program that was checked ---- */

uint32_t seccomp_run(const struct lx_sock_filter *code, const struct lx_seccomp_data *call);
/* With the call's number and architecture alone. False: the program wants to see more. */
MUST_CHECK bool seccomp_run_blind(const struct lx_sock_filter *code, int32_t nr, uint32_t arch,
				  uint32_t *ret);

/* ---- filter.c ---- */

struct seccomp_listener;

/*
 * References: each thread whose newest filter it is, the filter on top of it, and the listener's
 * file. `acting` counts the same without the file: at 0 no call will meet this filter any more.
 * Key: [I]; [A] set by seccomp_attach, then immutable
 */
struct seccomp_filter {
	struct ref ref;
	struct ref acting;
	struct seccomp_filter *prev;       /* [A] the next older one; NULL: none */
	uint32_t cost;                     /* [I] */
	uint32_t path;                     /* [A] what this and older ones cost a newer one */
	uint32_t depth;                    /* [A] filters from here on */
	bool log;                          /* [I] */
	bool wait_killable;                /* [I] */
	struct seccomp_listener *listener; /* [I] once attached; NULL: none was asked for */
	uint64_t allowed[SECCOMP_CACHED_CALLS / 64]; /* [A] this and all older ones allow it */
	struct lx_sock_filter code[];                /* [I] */
};

/* The reference that the listener's file has. */
void seccomp_filter_put(struct seccomp_filter *f);
/* What a chain from f on costs; 0 for NULL. */
static inline uint32_t seccomp_path(const struct seccomp_filter *f)
{
	return f ? f->path : 0;
}
/* Put f on top of prev (NULL: none), whose acting reference it takes over. Not shared yet. */
void seccomp_filter_stack(struct seccomp_filter *f, struct seccomp_filter *prev);

/* ---- notify.c ---- */

/* NULL accepted. */
void seccomp_listener_free(struct seccomp_listener *l);
/* Is there a file? */
bool seccomp_listener_is_open(struct seccomp_listener *l);
/* No call will come any more. */
void seccomp_listener_hang_up(struct seccomp_listener *l);
