/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters and chains of them.
 *
 *	new      checked; the calls that it allows unseen are known
 *	stacked  on top of an older one, seccomp_attach or seccomp_chain_new; immutable from now on
 *	unused   acting is 0: no thread and no newer filter; its listener hangs up
 *	freed    ref is 0
 *
 * A chain may be thousands of filters long: nothing here recurses.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "sentry/core/alloc.h"
#include "sentry/seccomp/seccomp_priv.h"

/* ---- life ---- */

/* Linux asks the same question once for each number, and so do we: what does the program say to
 * those who show no arguments? */
static void find_allowed(struct seccomp_filter *f)
{
	for (int32_t nr = 0; nr < SECCOMP_CACHED_CALLS; nr++) {
		uint32_t said;

		if (seccomp_run_blind(f->code, nr, SECCOMP_ARCH, &said) &&
		    (said & LX_SECCOMP_RET_ACTION_FULL) == LX_SECCOMP_RET_ALLOW)
			f->allowed[nr / 64] |= 1ULL << (nr % 64);
	}
}

int seccomp_filter_new(const struct seccomp_program *p, struct seccomp_filter **ret)
{
	struct seccomp_filter *f;
	uint32_t cost;
	int r = seccomp_check(p->code, p->ninsns, &cost);

	if (r < 0)
		return r;
	f = arena_alloc(sizeof(*f) + p->ninsns * sizeof(f->code[0]));
	if (!f)
		return -ENOMEM;
	ref_init(&f->ref);
	ref_init(&f->acting);
	f->cost = cost;
	f->path = cost + SECCOMP_PATH_PENALTY;
	f->depth = 1;
	f->log = (p->flags & LX_SECCOMP_FILTER_FLAG_LOG) != 0;
	f->wait_killable = (p->flags & LX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) != 0;
	memcpy(f->code, p->code, p->ninsns * sizeof(f->code[0]));
	find_allowed(f);
	*ret = f;
	return 0;
}

struct seccomp_filter *seccomp_filter_get(struct seccomp_filter *f)
{
	ref_get(&f->ref);
	ref_get(&f->acting);
	return f;
}

void seccomp_filter_put(struct seccomp_filter *f)
{
	while (f && ref_put(&f->ref)) {
		struct seccomp_filter *prev = f->prev;

		seccomp_listener_free(f->listener);
		arena_free(f);
		f = prev;
	}
}

void seccomp_filter_drop(struct seccomp_filter *f)
{
	for (struct seccomp_filter *i = f; i && ref_put(&i->acting); i = i->prev)
		seccomp_listener_hang_up(i->listener);
	seccomp_filter_put(f);
}

void seccomp_filter_stack(struct seccomp_filter *f, struct seccomp_filter *prev)
{
	check(!f->prev);
	if (!prev)
		return;
	f->prev = prev;
	f->path += prev->path;
	f->depth += prev->depth;
	for (size_t i = 0; i < ARRAY_SIZE(f->allowed); i++)
		f->allowed[i] &= prev->allowed[i];
}

int seccomp_chain_new(const struct seccomp_program *programs, size_t n, struct seccomp_filter **ret)
{
	AUTO(seccomp_filter_drop) struct seccomp_filter *newest = NULL;

	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		struct seccomp_filter *f;
		int r = seccomp_filter_new(&programs[i], &f);

		if (r < 0)
			return r;
		if (f->cost + seccomp_path(newest) > SECCOMP_PATH_MAX) {
			seccomp_filter_drop(f);
			return -ENOMEM;
		}
		seccomp_filter_stack(f, newest);
		newest = f;
	}
	*ret = TAKE(newest);
	return 0;
}

bool seccomp_always_allows(const struct seccomp_filter *f, uint64_t nr)
{
	return nr < SECCOMP_CACHED_CALLS && (f->allowed[nr / 64] >> (nr % 64) & 1);
}
